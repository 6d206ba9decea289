import { type CaView, caView, readCaCertificates } from './ca-registry.ts';
import { newId } from './identifiers.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Ca } from './ports/records.ts';
import { authorOf, recordChange } from './registry/record-change.ts';

export interface CaToRegister {
  readonly name: string;
  /** Each text is PEM (one or several certificates) or base64 DER. */
  readonly anchors: readonly string[];
  readonly intermediates?: readonly string[] | undefined;
}

/** Takes a CA in. Its anchors count from the next judgement on. */
export async function registerCa(ports: Ports, act: Act, input: CaToRegister): Promise<CaView> {
  const { clock, ops } = ports;
  const now = clock().toISOString();
  const ca: Ca = {
    id: newId('ca', clock, ops),
    name: input.name,
    state: 'active',
    createdAt: now,
    updatedAt: now,
    certificates: [
      ...readCaCertificates(input.anchors, 'anchor', ops),
      ...readCaCertificates(input.intermediates ?? [], 'intermediate', ops),
    ],
  };
  return act.transaction(async (repositories) => {
    await repositories.cas.add(ca);
    await recordChange(repositories, ports, authorOf(act), {
      ...{ registry: 'cas', recordId: ca.id, action: 'ca.register', record: caView(ca) },
      details: { name: ca.name, certificates: ca.certificates.map(({ kind, digest }) => `${kind} sm3:${digest}`) },
    });
    return caView(ca);
  });
}
