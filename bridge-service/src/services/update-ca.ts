import { CodedError } from '@onelock/core/errors';
import { type CaView, caView, readCaCertificates } from './ca-registry.ts';
import { refuseDirectChange } from './change-sets/freeze.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Ca, CaCertificate, CaState } from './ports/records.ts';
import type { Repositories } from './ports/store.ts';
import { type Author, authorOf, recordChange } from './registry/record-change.ts';

export interface CaChange {
  readonly name?: string | undefined;
  readonly anchors?: readonly string[] | undefined;
  readonly intermediates?: readonly string[] | undefined;
  /** `off-boarded`: its certificates stop counting with the next judgement; the record stays. */
  readonly state?: CaState | undefined;
}

/**
 * Changes a CA; a list given replaces the old one.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND, and those of `readCaCertificates`; ERR_CHANGE_SET_REQUIRED, ERR_CHANGE_FROZEN
 */
export async function updateCa(ports: Ports, act: Act, id: string, change: CaChange): Promise<CaView> {
  const read = readCaChange(ports, change);
  return act.transaction(async (repositories) => {
    await refuseDirectChange(repositories, ports);
    return caView(await changeCa(repositories, ports, authorOf(act), id, read));
  });
}

/** A change whose certificates have been parsed. */
export interface ParsedCaChange {
  readonly name?: string | undefined;
  readonly state?: CaState | undefined;
  readonly certificates: Readonly<Partial<Record<CaCertificate['kind'], readonly CaCertificate[]>>>;
}

export function readCaChange({ ops }: Pick<Ports, 'ops'>, change: CaChange): ParsedCaChange {
  const { name, state, anchors, intermediates } = change;
  return {
    ...{ name, state },
    certificates: {
      ...(anchors && { anchor: readCaCertificates(anchors, 'anchor', ops) }),
      ...(intermediates && { intermediate: readCaCertificates(intermediates, 'intermediate', ops) }),
    },
  };
}

/** The same inside a transaction that is running. */
export async function changeCa(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  id: string,
  change: ParsedCaChange,
): Promise<Ca> {
  const ca = await repositories.cas.byId(id);
  if (ca === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const kept = (kind: CaCertificate['kind']): readonly CaCertificate[] =>
    change.certificates[kind] ?? ca.certificates.filter((certificate) => certificate.kind === kind);
  const changed: Ca = {
    ...ca,
    name: change.name ?? ca.name,
    state: change.state ?? ca.state,
    updatedAt: ports.clock().toISOString(),
    certificates: [...kept('anchor'), ...kept('intermediate')],
  };
  await repositories.cas.update(changed);
  await recordChange(repositories, ports, author, {
    ...{ registry: 'cas', recordId: id, record: caView(changed) },
    action: changed.state === ca.state ? 'ca.update' : changed.state === 'active' ? 'ca.on-board' : 'ca.off-board',
    details: {
      name: changed.name,
      certificates: changed.certificates.map(({ kind, digest }) => `${kind} sm3:${digest}`),
    },
  });
  return changed;
}
