import { appendAudit } from '../append-audit.ts';
import type { Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import type { Repositories } from '../ports/store.ts';
import { type Author, recordChange } from './record-change.ts';

/** What belongs to every change of a caller; a platform is a registered one, and has a history. */
export async function recordCallerChange(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  caller: Caller,
  action: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (caller.role === 'platform')
    await recordChange(repositories, ports, author, {
      ...{ registry: 'platforms', recordId: caller.id, action, record: caller, details },
    });
  else await appendAudit(repositories, ports, { ...author, action, target: caller.id, outcome: 'done', details });
}
