import { CodedError } from '@onelock/core/errors';
import type { ChangeOperation } from '../ports/change-records.ts';
import type { Readings } from '../ports/store.ts';
import { partOf } from '../registry/record-version.ts';

/**
 * Refuses operations that were made from what somebody has changed since: two proposals from one state of a record would undo each other unseen.
 *
 * @throws {CodedError} ERR_CHANGE_OUTDATED { field }
 */
export async function refuseOutdated(
  { history }: Pick<Readings, 'history'>,
  operations: readonly ChangeOperation[],
): Promise<void> {
  for (const operation of operations) {
    if (operation.version === undefined || !('id' in operation)) continue;
    const registry = operation.kind.startsWith('ca.') ? 'cas' : 'platforms';
    const present = await history.version({ registry, recordId: operation.id, part: partOf(operation.kind) });
    if (present !== operation.version) throw new CodedError('ERR_CHANGE_OUTDATED', { field: operation.id });
  }
}
