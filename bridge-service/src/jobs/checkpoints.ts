import { makeCheckpoint } from '../services/audit-checkpoints.ts';
import type { Ports } from '../services/ports/ports.ts';

/** Signs a checkpoint of the audit log now, every so often, and once more when it is stopped. Resolves after the first. */
export async function startCheckpoints(
  ports: Pick<Ports, 'store' | 'clock' | 'ops' | 'key' | 'witnesses'>,
  everySeconds: number,
  log: { error(data: object, message: string): void },
): Promise<() => Promise<void>> {
  const run = (): Promise<void> =>
    makeCheckpoint(ports).then(
      () => undefined,
      (error: unknown) => log.error({ err: error }, 'no checkpoint of the audit log could be made'),
    );
  await run();
  const timer = setInterval(() => void run(), everySeconds * 1_000);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await run();
  };
}
