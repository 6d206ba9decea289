import { toHex } from '@onelock/core/bytes';
import { hashDetails } from '../audit/entry.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import type { Ports } from './ports/ports.ts';
import type { AuditDraft, AuditEntry, EvidenceItem } from './ports/records.ts';
import type { Repositories } from './ports/store.ts';
import { spareRandom } from './spare-random.ts';

export interface AuditedAct {
  readonly actor: string;
  readonly role: AuditEntry['role'];
  readonly requestId: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: AuditEntry['outcome'];
  readonly reason?: string;
  /** Why it was done, in the words of whoever did it: stands among the details. */
  readonly why?: string | undefined;
  /** Plain data beside the entry: no secrets; identity numbers in its texts are masked here once more. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What a judgement was made from; `details` names the digests. */
  readonly evidence?: readonly EvidenceItem[];
}

const millisecondsPerDay = 86_400_000;

/** Writes an act to the log. Call it in the transaction of the act's effect: both arrive, or neither. */
export async function appendAudit(
  repositories: Pick<Repositories, 'audit'>,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  act: AuditedAct,
): Promise<void> {
  repositories.audit.append(auditDraft(ports, act));
}

/** An act as the log takes it. Its details are kept until their retention ends, and hashed into the entry for ever. */
export function auditDraft(
  { ops, clock, lifetimes }: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  act: AuditedAct,
): AuditDraft {
  const now = clock();
  const details = {
    salt: toHex(spareRandom(ops, 32)),
    details: JSON.stringify(maskPersonalNumbers({ ...act.details, ...(act.why !== undefined && { why: act.why }) })),
  };
  const { sm3, sha256 } = hashDetails(details, ops);
  return {
    at: now.toISOString(),
    actor: act.actor,
    role: act.role,
    action: act.action,
    target: act.target,
    outcome: act.outcome,
    reason: act.reason ?? '',
    requestId: act.requestId,
    detailsSm3: sm3,
    detailsSha256: sha256,
    retainUntil: new Date(now.getTime() + lifetimes.auditPayloadDays * millisecondsPerDay).toISOString(),
    details,
    evidence: act.evidence ?? [],
  };
}
