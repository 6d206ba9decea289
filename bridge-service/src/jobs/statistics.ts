import type { Ports } from '../services/ports/ports.ts';
import { createAuditCounter } from '../services/statistics/count-audit.ts';

/** A node that finds another one at work leaves it to it for so long. */
const yieldMs = 5_000;

/** Counts what the audit log has grown by, every so often. Gives the function that stops it. */
export function startStatistics(
  ports: Pick<Ports, 'store'>,
  everySeconds: number,
  log: { error(data: object, message: string): void },
): () => Promise<void> {
  const counter = createAuditCounter(ports);
  let stopped = everySeconds === 0;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const round = async (): Promise<void> => {
    let wait = everySeconds * 1_000;
    try {
      if (!(await counter.catchUp(() => !stopped))) wait = Math.max(wait, yieldMs);
    } catch (error) {
      log.error({ err: error }, 'the audit log could not be counted');
      wait = Math.max(wait, yieldMs);
    }
    if (!stopped) schedule(wait);
  };
  const schedule = (wait: number): void => {
    timer = setTimeout(() => {
      running = round();
    }, wait);
    timer.unref();
  };
  if (!stopped) schedule(0);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
