import { toHex } from '@onelock/core/bytes';
import type { Indication, Reason } from '@onelock/core/verdict';
import type { Certificate } from '@onelock/core/x509';
import { type AuditedAct, appendAudit, auditDraft } from '../append-audit.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Role } from '../ports/records.ts';
import { readIdentity } from '../registry/read-identity.ts';
import { authorOf } from '../registry/record-change.ts';
import { standingOf } from './standing.ts';
import { contextValues, fold, identityValues, overruledBy, type UseContext, watchUse } from './watch-use.ts';
import { watchDigest } from './watch-value.ts';

/**
 * Whether what was judged may be acted on now. The verdict says what is true of a certificate or a signature, and stays the same in
 * years; this says what the province allows at this moment (docs/adr/0022).
 */
export interface Admission {
  /** `admitted` only where the verdict is `passed` and neither the watch-list nor the registries stand against it. */
  readonly decision: 'admitted' | 'step-up' | 'blocked' | 'refused';
  /** Why not: of the watch-list, or the verdict's own. */
  readonly reason?: Reason;
}

/** Whose questions are uses. What an agent holds must be taken for public, and a vendor has no business with the list. */
const users: ReadonlySet<Role> = new Set(['platform', 'operator', 'supervisor', 'administrator']);

export interface JudgedUse {
  /** Those whose use it is: signers who were shown to have signed, or the certificate that was asked about. */
  readonly certificates: readonly Certificate[];
  readonly context?: UseContext | undefined;
  readonly verdict: { readonly indication: Indication; readonly reason?: Reason };
}

/**
 * Writes a judgement down, and says whether its use is admitted. Nothing on the list: one lookup in memory and the audit record as before. A
 * hit: record, alert and decision in one transaction, by what the database says then.
 *
 * @returns undefined for callers whose questions are no uses
 */
export async function recordUse(
  ports: Ports,
  act: Act,
  use: JudgedUse,
  judged: Omit<AuditedAct, 'actor' | 'role' | 'requestId'>,
): Promise<Admission | undefined> {
  const audited: AuditedAct = { ...authorOf(act), ...judged };
  const counts = users.has(act.caller.role);
  if (!counts || !(await isSuspect(ports, use))) {
    await ports.store.record(auditDraft(ports, audited));
    return counts ? admissionOf(use.verdict, null) : undefined;
  }
  const { certificates, context = {}, verdict } = use;
  const { inactive, bound } = await ports.watched.current();
  const subjects = await Promise.all(
    certificates.map(async (certificate) => ({
      certificateDigest: digestOf(ports, certificate),
      identity: await readIdentity(ports, ports.store, certificate),
      boundTo: bound.get(digestOf(ports, certificate)),
    })),
  );
  const standing = standingOf(inactive, subjects);
  const { action, target } = judged;
  const { hits } = await act.transaction(async (repositories) => {
    const met = await watchUse(repositories, ports, act, {
      ...{ subjects, context, action, target },
      ...{ indication: verdict.indication, standing },
    });
    const watched = { ...(met.hits.length > 0 && { watched: met.hits }), ...(standing && { standing }) };
    await appendAudit(repositories, ports, { ...audited, details: { ...audited.details, ...watched } });
    return met;
  });
  return admissionOf(verdict, overruledBy(hits, standing));
}

export function admissionOf(verdict: JudgedUse['verdict'], overruled: ReturnType<typeof overruledBy>): Admission {
  if (overruled !== null)
    return { decision: overruled.indication === 'failed' ? 'blocked' : 'step-up', reason: overruled.reason };
  if (verdict.indication === 'passed') return { decision: 'admitted' };
  return { decision: 'refused', ...(verdict.reason && { reason: verdict.reason }) };
}

/** Whether the list may have something against it. Reads as little as the kinds that are watched at all. */
async function isSuspect(ports: Ports, { certificates, context = {} }: JudgedUse): Promise<boolean> {
  const { kinds, digests, inactive, bound } = await ports.watched.current();
  const anyInactive = inactive.certificates.size + inactive.companies.size > 0;
  if (kinds.size === 0 && !anyInactive) return false;
  const { personal } = ports;
  const isWatched = (kind: Parameters<typeof fold>[0], value: string): boolean =>
    kinds.has(kind) && digests.has(watchDigest(personal, kind, fold(kind, value)));
  if (contextValues(context).some(([kind, value]) => isWatched(kind, value))) return true;
  for (const certificate of certificates) {
    if (kinds.has('certificate') && isWatched('certificate', digestOf(ports, certificate))) return true;
    if (bound.size > 0 && bound.has(digestOf(ports, certificate))) return true;
    if (inactive.certificates.size > 0 && inactive.certificates.has(digestOf(ports, certificate))) return true;
    if (!kinds.has('company') && !kinds.has('person') && inactive.companies.size === 0) continue;
    const identity = await readIdentity(ports, ports.store, certificate);
    if (standingOf(inactive, [{ certificateDigest: '', identity }]) !== null) return true;
    if (identityValues(identity, null).some(([kind, value]) => isWatched(kind, value))) return true;
  }
  return false;
}

const digestOf = ({ ops }: Pick<Ports, 'ops'>, { der }: Certificate): string => toHex(ops.digest('sm3', der));
