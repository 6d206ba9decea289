import { indexAudit } from '../services/index-audit.ts';
import type { Store } from '../services/ports/store.ts';
import { startQuietly } from './quiet-job.ts';

const everyMs = 15_000;

/** Makes entries of the audit log found by what they are about and by whom. Gives the function that stops it. */
export function startIndexing(
  ports: { readonly store: Store },
  log: { error(data: object, message: string): void },
): () => Promise<void> {
  return startQuietly(
    everyMs,
    async (goOn) => void (await indexAudit(ports, goOn)),
    (error) => log.error({ err: error }, 'the audit log could not be indexed'),
  );
}
