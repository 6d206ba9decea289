import { CodedError } from '@onelock/core/errors';
import { erasureAction, erasureTarget } from '../audit/erasure.ts';
import { appendAudit } from './append-audit.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Repositories } from './ports/store.ts';

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

/**
 * Erases the details of some entries before their retention ends, as somebody may have a right to (个人信息保护法 §47). The entries
 * stay, and so does the fact of the erasure, with its reason.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND when one of the entries is not there
 */
export async function eraseAuditDetails(
  ports: Ports,
  act: Act,
  input: { readonly sequences: readonly number[]; readonly reason: string },
): Promise<{ readonly erased: number }> {
  const sequences = [...new Set(input.sequences)].sort((a, b) => a - b);
  return act.transaction(async (repositories) => {
    for (const sequence of sequences)
      if ((await repositories.audit.bySequence(sequence)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    const erased = await repositories.audit.eraseDetailsOf(sequences);
    await appendAudit(repositories, ports, {
      actor: act.caller.id,
      role: act.caller.role,
      requestId: act.requestId,
      action: erasureAction,
      target: erasureTarget({ kind: 'entries', sequences }),
      outcome: 'done',
      details: { reason: input.reason, erased },
    });
    return { erased };
  });
}
