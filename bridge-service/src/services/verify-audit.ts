import type { CryptoOps } from '@onelock/core/crypto';
import type { Reason } from '@onelock/core/verdict';
import { checkEntry, genesisHash } from './audit-chain.ts';
import type { AuditRepository } from './ports/store.ts';

/** A point of the chain that somebody noted earlier: sequence and hash. */
export interface AuditHead {
  readonly sequence: number;
  readonly hash: string;
}

export interface AuditReport {
  readonly indication: 'passed' | 'failed';
  readonly reason?: Reason;
  readonly entries: number;
  /**
   * Entries whose payload is no longer there; their digest still counts. That its retention had ended cannot be told from the
   * chain: a payload that somebody removed early counts here too.
   */
  readonly payloadsErased: number;
  readonly head: AuditHead;
}

const pageSize = 500;

/**
 * Walks the whole chain. A head noted earlier (printed by an earlier run, or kept by the supervisor) must still be in it:
 * only that finds a log that was cut off at its end or rewritten from the start.
 */
export async function verifyAudit(
  audit: Pick<AuditRepository, 'list'>,
  ops: CryptoOps,
  noted: AuditHead | null,
): Promise<AuditReport> {
  let head: AuditHead = { sequence: 0, hash: genesisHash };
  let payloadsErased = 0;
  let notedFound = noted === null || (noted.sequence === 0 && noted.hash === genesisHash);
  const failed = (sequence: number, rule: string): AuditReport => ({
    indication: 'failed',
    reason: { code: 'ERR_SERVICE_AUDIT_BROKEN', params: { sequence, rule } },
    entries: head.sequence,
    payloadsErased,
    head,
  });
  for (;;) {
    const entries = await audit.list({ after: head.sequence, limit: pageSize }, {});
    for (const entry of entries) {
      const fault = checkEntry(entry, head.sequence === 0 ? null : head, ops);
      if (fault !== null) return failed(fault.sequence, fault.rule);
      if (entry.payload === null) payloadsErased += 1;
      if (noted?.sequence === entry.sequence) notedFound = noted.hash === entry.hash;
      head = { sequence: entry.sequence, hash: entry.hash };
    }
    if (entries.length < pageSize) break;
  }
  if (!notedFound && noted !== null) return failed(noted.sequence, 'noted-head');
  return { indication: 'passed', entries: head.sequence, payloadsErased, head };
}
