import { CodedError } from '@onelock/core/errors';
import { type CaView, caView, readCaCertificates } from './ca-registry.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Ca, CaCertificate, CaState } from './ports/records.ts';
import { authorOf, recordChange } from './registry/record-change.ts';

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
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND, and those of `readCaCertificates`
 */
export async function updateCa(ports: Ports, act: Act, id: string, change: CaChange): Promise<CaView> {
  const { clock, ops } = ports;
  const given = {
    anchor: change.anchors && readCaCertificates(change.anchors, 'anchor', ops),
    intermediate: change.intermediates && readCaCertificates(change.intermediates, 'intermediate', ops),
  };
  return act.transaction(async (repositories) => {
    const ca = await repositories.cas.byId(id);
    if (ca === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    const kept = (kind: CaCertificate['kind']): readonly CaCertificate[] =>
      given[kind] ?? ca.certificates.filter((certificate) => certificate.kind === kind);
    const changed: Ca = {
      ...ca,
      name: change.name ?? ca.name,
      state: change.state ?? ca.state,
      updatedAt: clock().toISOString(),
      certificates: [...kept('anchor'), ...kept('intermediate')],
    };
    await repositories.cas.update(changed);
    await recordChange(repositories, ports, authorOf(act), {
      ...{ registry: 'cas', recordId: id, record: caView(changed) },
      action: changed.state === ca.state ? 'ca.update' : changed.state === 'active' ? 'ca.on-board' : 'ca.off-board',
      details: {
        name: changed.name,
        certificates: changed.certificates.map(({ kind, digest }) => `${kind} sm3:${digest}`),
      },
    });
    return caView(changed);
  });
}
