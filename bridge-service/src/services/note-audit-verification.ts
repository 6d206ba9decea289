import { CodedError } from '@onelock/core/errors';
import { appendAudit } from './append-audit.ts';
import type { Act, Ports } from './ports/ports.ts';
import { proveConsistency } from './prove-audit.ts';
import { authorOf } from './registry/record-change.ts';

/** The act by which somebody's own check of the log is noted in the log itself. */
export const verificationAction = 'audit.verify';

/** What somebody found who walked the log by themselves, in a browser or by `onelock audit verify`. */
export interface AuditVerification {
  /** `continued`: it agrees, and declares that it lost a part once. */
  readonly outcome: 'passed' | 'continued' | 'failed';
  /** Entry after which the walk began; 0: the whole log. */
  readonly after: number;
  /** The last entry that was walked. */
  readonly size: number;
  /** Heads that the walk came to, hex. */
  readonly sm3: string;
  readonly sha256: string;
  readonly checkpoints: number;
  readonly detailsErased: number;
  /** Of a walk that failed: at which entry, by which rule. */
  readonly fault?: { readonly sequence: number; readonly rule: string } | undefined;
}

/**
 * Notes the outcome of somebody's check. The service vouches for nothing in it; it refuses only a success under heads that are not the log's.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND when the log was never so long; ERR_REQUEST_CONFLICT { field } for other heads
 */
export async function noteAuditVerification(
  ports: Ports,
  act: Act,
  found: AuditVerification,
): Promise<AuditVerification> {
  const { outcome, size, fault } = found;
  if (outcome !== 'failed') {
    const head = await proveConsistency(ports, size, size);
    for (const tree of ['sm3', 'sha256'] as const)
      if (head[tree].root !== found[tree]) throw new CodedError('ERR_REQUEST_CONFLICT', { field: `/${tree}` });
  }
  return act.transaction(async (repositories) => {
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: verificationAction, target: `size ${size}` },
      outcome: outcome === 'continued' ? 'indeterminate' : outcome,
      ...(outcome === 'failed' && { reason: 'ERR_SERVICE_AUDIT_BROKEN' }),
      ...(outcome === 'continued' && { reason: 'ERR_SERVICE_AUDIT_CONTINUED' }),
      details: { ...found, fault: fault ?? null },
    });
    return found;
  });
}
