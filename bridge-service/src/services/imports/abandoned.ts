import { appendAudit } from '../append-audit.ts';
import type { Ports } from '../ports/ports.ts';
import type { Repositories } from '../ports/store.ts';

/** Ends uploads that were begun before an instant and never came to their end, and erases what of them has arrived. @returns how many */
export async function endAbandonedUploads(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  before: string,
): Promise<number> {
  const ids = await repositories.imports.abandoned(before);
  const now = ports.clock().toISOString();
  for (const id of ids) {
    const job = await repositories.imports.byId(id);
    if (job === null) continue;
    await repositories.imports.erase(id);
    await repositories.imports.update({ ...job, state: 'cancelled', finishedAt: now, updatedAt: now });
    await appendAudit(repositories, ports, {
      ...{ actor: 'service', role: 'none', requestId: '', action: 'import.cancel', target: id, outcome: 'done' },
      reason: 'abandoned',
    });
  }
  return ids.length;
}
