import { CodedError } from '@onelock/core/errors';
import type { VersionedPart } from '../ports/registry-store.ts';
import type { Readings, Repositories } from '../ports/store.ts';

/** What a change was made from: the versions of a record that whoever asks for it has seen. */
export interface SeenVersion {
  readonly recordId: string;
  readonly versions: readonly number[];
}

/** Which part of a record an act sets: contacts are not changed by who changes sources. */
export const partOf = (action: string): VersionedPart['part'] => {
  for (const part of ['profile', 'sources', 'enrolment'] as const) if (action.endsWith(`.set-${part}`)) return part;
  return 'record';
};

/**
 * Refuses a change of what somebody else has changed since it was read, in the transaction of the change: nobody undoes unseen what another did.
 *
 * @throws {CodedError} ERR_REQUEST_OUTDATED { version }
 */
export async function refuseUnseen(
  { history }: Pick<Repositories, 'history'>,
  seen: SeenVersion | undefined,
  { registry, recordId, action }: Omit<VersionedPart, 'part'> & { readonly action: string },
): Promise<void> {
  if (seen?.recordId !== recordId) return;
  const version = await history.version({ registry, recordId, part: partOf(action) });
  if (!seen.versions.includes(version)) throw new CodedError('ERR_REQUEST_OUTDATED', { version });
}

/**
 * Reads something with its version. The version comes first: what was changed between the two is newer than it says, and its change is refused.
 */
export async function readVersioned<T>(
  { history }: Pick<Readings, 'history'>,
  of: VersionedPart,
  read: () => Promise<T>,
): Promise<{ readonly value: T; readonly version: number }> {
  const version = await history.version(of);
  return { value: await read(), version };
}
