import { CodedError } from '@onelock/core/errors';
import { erasureAction, erasureTarget } from '../audit/erasure.ts';
import { restorationAction } from '../audit/restoration.ts';
import { appendAudit } from './append-audit.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { AuditEntryWithDetails, Repositories } from './ports/store.ts';

/**
 * Erases the details whose retention has ended, and says so in the log, in the transaction given. Without that entry their
 * absence would be found as a removal.
 *
 * @returns how many
 */
export async function eraseExpiredDetails(
  repositories: Repositories,
  ports: Pick<Ports, 'clock' | 'ops' | 'lifetimes'>,
): Promise<number> {
  const before = ports.clock().toISOString();
  if ((await repositories.audit.countDetailsBefore(before)) === 0) return 0;
  const erased = await repositories.audit.eraseDetailsBefore(before);
  await appendAudit(repositories, ports, {
    actor: 'server-console',
    role: 'none',
    requestId: '',
    action: erasureAction,
    target: erasureTarget({ kind: 'retention', before }),
    outcome: 'done',
    details: { erased },
  });
  return erased;
}

export interface Erased {
  readonly erased: number;
  /** Contents, messages and log-in tokens that the judgements had kept beside. */
  readonly evidenceErased: number;
}

/**
 * Erases the details of some entries before their retention ends, as somebody may have a right to (个人信息保护法 §47), and with them what was
 * signed: content, messages and log-in tokens that were kept to judge again, also where another judgement of the same bytes would need them. The
 * entries stay, and so does the fact of the erasure, with its reason; certificates and revocation evidence stay too.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND when one of the entries is not there; ERR_REQUEST_CONFLICT for one that declares a restoration
 */
export async function eraseAuditDetails(
  ports: Ports,
  act: Act,
  input: { readonly sequences: readonly number[]; readonly reason: string },
): Promise<Erased> {
  const sequences = [...new Set(input.sequences)].sort((a, b) => a - b);
  return act.transaction(async (repositories) => {
    const kept = new Set<string>();
    for (const sequence of sequences) {
      const entry = await repositories.audit.bySequence(sequence);
      if (entry === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
      // It names what witnesses kept, and nobody: without it the log could never be verified again.
      if (entry.action === restorationAction) throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/sequences' });
      for (const digest of signedBy(entry)) kept.add(digest);
    }
    const erased = await repositories.audit.eraseDetailsOf(sequences);
    const evidenceErased = kept.size === 0 ? 0 : await repositories.audit.eraseEvidenceOf([...kept]);
    if (evidenceErased > 0) await repositories.events.publish('evidence.erased', { count: evidenceErased });
    await appendAudit(repositories, ports, {
      actor: act.caller.id,
      role: act.caller.role,
      requestId: act.requestId,
      action: erasureAction,
      target: erasureTarget({ kind: 'entries', sequences }),
      outcome: 'done',
      details: { reason: input.reason, erased, evidenceErased },
    });
    return { erased, evidenceErased };
  });
}

/** Digests of what somebody signed, as `judgement-record.ts` names it. */
function signedBy({ target, details }: AuditEntryWithDetails): readonly string[] {
  if (details === null) return [];
  const { kind, content, token } = JSON.parse(details.details) as Readonly<Record<string, unknown>>;
  return [content, token, ...(kind === 'message' ? [target] : [])].flatMap(
    (name) => /^sm3:([0-9a-f]{64})$/.exec(typeof name === 'string' ? name : '')?.[1] ?? [],
  );
}
