import type { EvidenceSeal } from '../services/ports/evidence-seal.ts';
import type { Store } from '../services/ports/store.ts';
import { sealKept } from '../services/seal-kept.ts';
import { startQuietly } from './quiet-job.ts';

const everyMs = 10 * 60_000;

/** Seals kept evidence that is not sealed by the present key. Gives the function that stops it. */
export function startSealing(
  ports: { readonly store: Store; readonly seal: EvidenceSeal },
  log: { info(data: object, message: string): void; error(data: object, message: string): void },
): () => Promise<void> {
  // While keys are being changed, each node looks once after what it has itself sealed by the one before.
  let looking: 'usual' | 'all' = ports.seal.keys > 1 ? 'all' : 'usual';
  return startQuietly(
    everyMs,
    async (goOn) => {
      const { sealed, left } = await sealKept(ports, goOn, looking);
      looking = 'usual';
      if (sealed > 0) log.info({ sealed, left }, 'kept evidence was sealed');
      if (left > 0)
        log.error({ left }, 'kept evidence is sealed by a key that is not in evidence-keys, or was altered');
    },
    (error) => log.error({ err: error }, 'kept evidence could not be sealed'),
  );
}
