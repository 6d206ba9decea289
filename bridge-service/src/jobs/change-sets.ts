import { type ApplyPorts, applyDueChangeSets } from '../services/change-sets/apply.ts';

const everyMs = 500;

/** Applies change sets when their time comes. Gives the function that stops it. */
export function startChangeSchedule(
  ports: ApplyPorts,
  log: { error(data: object, message: string): void },
): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = applyDueChangeSets(ports)
      .catch((error: unknown) => log.error({ err: error }, 'change sets could not be applied'))
      .finally(() => {
        busy = false;
      });
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
