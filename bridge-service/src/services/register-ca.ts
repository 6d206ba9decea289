import { type CaView, caView, readCaCertificates } from './ca-registry.ts';
import { refuseDirectChange } from './change-sets/freeze.ts';
import { newId } from './identifiers.ts';
import { noSources, type RevocationRule } from './ports/evidence-store.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Ca, CaCertificate } from './ports/records.ts';
import type { Repositories } from './ports/store.ts';
import { type Author, authorOf, recordChange } from './registry/record-change.ts';

export interface CaToRegister {
  readonly name: string;
  /** Each text is PEM (one or several certificates) or base64 DER. */
  readonly anchors: readonly string[];
  readonly intermediates?: readonly string[] | undefined;
  /** What counts where nobody can tell whether one of its certificates is revoked; the configuration's, usually `require`, when absent. */
  readonly revocation?: RevocationRule | undefined;
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
    return caView(await addCa(repositories, ports, authorOf(act), { ...input, certificates }));
  });
}

/** The same inside a transaction that is running. */
export async function addCa(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes' | 'changes'>,
  author: Author,
  given: Pick<CaToRegister, 'name' | 'revocation'> & { readonly certificates: readonly CaCertificate[] },
): Promise<Ca> {
  const { clock, ops } = ports;
  const { name, certificates, revocation = ports.changes.newCaRevocation } = given;
  const now = clock().toISOString();
  const ca: Ca = { id: newId('ca', clock, ops), name, state: 'active', createdAt: now, updatedAt: now, certificates };
  await repositories.cas.add(ca);
  if (revocation !== noSources.revocation)
    await repositories.evidence.setSources(ca.id, { ...noSources, revocation }, now);
  await recordChange(repositories, ports, author, {
    ...{ registry: 'cas', recordId: ca.id, action: 'ca.register', record: { ...caView(ca), revocation } },
    details: {
      ...{ name: ca.name, revocation },
      certificates: ca.certificates.map(({ kind, digest }) => `${kind} sm3:${digest}`),
    },
  });
  return ca;
}

/** @throws {CodedError} those of `readCaCertificates` */
export function readAll(
  { ops }: Pick<Ports, 'ops'>,
  input: Pick<CaToRegister, 'anchors' | 'intermediates'>,
): readonly CaCertificate[] {
  return [
    ...readCaCertificates(input.anchors, 'anchor', ops),
    ...readCaCertificates(input.intermediates ?? [], 'intermediate', ops),
  ];
}
