import { type CaView, caView, readCaCertificates } from './ca-registry.ts';
import { refuseDirectChange } from './change-sets/freeze.ts';
import { newId } from './identifiers.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Ca, CaCertificate } from './ports/records.ts';
import type { Repositories } from './ports/store.ts';
import { type Author, authorOf, recordChange } from './registry/record-change.ts';

export interface CaToRegister {
  readonly name: string;
  /** Each text is PEM (one or several certificates) or base64 DER. */
  readonly anchors: readonly string[];
  readonly intermediates?: readonly string[] | undefined;
}

/**
 * Takes a CA in. Its anchors count from the next judgement on.
 *
 * @throws {CodedError} those of `readCaCertificates`; ERR_CHANGE_SET_REQUIRED, ERR_CHANGE_FROZEN
 */
export async function registerCa(ports: Ports, act: Act, input: CaToRegister): Promise<CaView> {
  const certificates = readAll(ports, input);
  return act.transaction(async (repositories) => {
    await refuseDirectChange(repositories, ports);
    return caView(await addCa(repositories, ports, authorOf(act), input.name, certificates));
  });
}

/** The same inside a transaction that is running. */
export async function addCa(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  name: string,
  certificates: readonly CaCertificate[],
): Promise<Ca> {
  const { clock, ops } = ports;
  const now = clock().toISOString();
  const ca: Ca = { id: newId('ca', clock, ops), name, state: 'active', createdAt: now, updatedAt: now, certificates };
  await repositories.cas.add(ca);
  await recordChange(repositories, ports, author, {
    ...{ registry: 'cas', recordId: ca.id, action: 'ca.register', record: caView(ca) },
    details: { name: ca.name, certificates: ca.certificates.map(({ kind, digest }) => `${kind} sm3:${digest}`) },
  });
  return ca;
}

/** @throws {CodedError} those of `readCaCertificates` */
export function readAll({ ops }: Pick<Ports, 'ops'>, input: Omit<CaToRegister, 'name'>): readonly CaCertificate[] {
  return [
    ...readCaCertificates(input.anchors, 'anchor', ops),
    ...readCaCertificates(input.intermediates ?? [], 'intermediate', ops),
  ];
}
