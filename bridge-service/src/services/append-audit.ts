import { toHex } from '@onelock/core/bytes';
import { genesisHash, hashEntry, hashPayload } from './audit-chain.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import type { Ports } from './ports/ports.ts';
import type { AuditEntry } from './ports/records.ts';
import type { Repositories } from './ports/store.ts';

export interface AuditedAct {
  readonly actor: string;
  readonly role: AuditEntry['role'];
  readonly requestId: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: AuditEntry['outcome'];
  readonly reason?: string;
  /** Plain data for the payload beside the entry: no secrets; identity numbers in its texts are masked here once more. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const millisecondsPerDay = 86_400_000;

/** Writes an act to the log. Call it in the transaction of the act's effect: both arrive, or neither. */
export async function appendAudit(
  repositories: Repositories,
  { ops, clock, lifetimes }: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  act: AuditedAct,
): Promise<void> {
  const now = clock();
  const payload = {
    salt: toHex(ops.random(32)),
    payload: JSON.stringify(maskPersonalNumbers(act.details ?? {})),
    retainUntil: new Date(now.getTime() + lifetimes.auditPayloadDays * millisecondsPerDay).toISOString(),
  };
  const last = await repositories.audit.last();
  const entry = {
    sequence: (last?.sequence ?? 0) + 1,
    at: now.toISOString(),
    actor: act.actor,
    role: act.role,
    action: act.action,
    target: act.target,
    outcome: act.outcome,
    reason: act.reason ?? '',
    payloadDigest: hashPayload(payload, ops),
    requestId: act.requestId,
    previousHash: last?.hash ?? genesisHash,
  };
  await repositories.audit.append({ ...entry, hash: hashEntry(entry, ops) }, payload);
}
