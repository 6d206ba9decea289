import type { EvidenceSeal } from '../services/ports/evidence-seal.ts';
import type { Store } from '../services/ports/store.ts';
import { sealKept } from '../services/seal-kept.ts';

/** Requests go first: so long the job rests after each few items. */
const restMs = 20;
const againMs = 10 * 60_000;

/** Seals kept evidence that is not sealed by the present key, now and every ten minutes. Gives the function that stops it. */
export function startSealing(
  ports: { readonly store: Store; readonly seal: EvidenceSeal },
  log: { info(data: object, message: string): void; error(data: object, message: string): void },
): () => Promise<void> {
  const stopping = new AbortController();
  const rest = async (): Promise<boolean> => {
    await new Promise((resolve) => setTimeout(resolve, restMs));
    return !stopping.signal.aborted;
  };
  const round = async (): Promise<void> => {
    try {
      const { sealed, left } = await sealKept(ports, rest);
      if (sealed > 0) log.info({ sealed, left }, 'kept evidence was sealed');
      if (left > 0)
        log.error({ left }, 'kept evidence is sealed by a key that is not in evidence-keys, or was altered');
    } catch (error) {
      log.error({ err: error }, 'kept evidence could not be sealed');
    }
  };
  let running = round();
  const timer = setInterval(() => {
    running = running.then(round);
  }, againMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
}
