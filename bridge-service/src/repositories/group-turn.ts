import type { CryptoOps } from '@onelock/core/crypto';
import type { EvidenceSeal } from '../services/ports/evidence-seal.ts';
import type { AuditHeadRecord, Foreseen } from '../services/ports/store.ts';
import { auditHead, headQuery } from './audit.ts';
import { createAuditWriter } from './audit-writer.ts';
import { askTogether } from './engine/bundle.ts';
import type { Turn } from './engine/group-commit.ts';
import { questionsOf, readSeen, type Seen } from './foreseen.ts';
import { type LateWrite, ofKind, writeLate } from './late-writes.ts';

/** What a group of transactions begins and ends with: the audit log's head and its new entries, and what the jobs foresaw and left. */
export function createTurn(
  ops: Pick<CryptoOps, 'digest'>,
  seal: () => EvidenceSeal,
  erasures?: () => number,
): Turn<LateWrite, Foreseen, Seen & { readonly head: AuditHeadRecord }> {
  const writeAudit = createAuditWriter(ops, seal, erasures);
  return {
    async open(transaction, first, foreseen) {
      const questions = questionsOf(foreseen);
      const asked = await askTogether(transaction, [...first, headQuery, ...questions.values()]);
      const [head, ...answers] = asked.slice(first.length);
      return {
        head: auditHead(head),
        ...readSeen(new Map([...questions.keys()].map((kind, index) => [kind, answers[index] ?? []]))),
      };
    },
    async close(transaction, { head }, items) {
      await writeLate(transaction, items);
      return writeAudit(
        transaction,
        head,
        ofKind(items, 'audit').map(({ draft }) => draft),
      );
    },
  };
}
