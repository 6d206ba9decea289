import { type AdvancePorts, advanceApplications } from '../services/applications/advance-applications.ts';

/** For polls and retries whose time has come, and for what another node announced while this one was away. */
const everyMs = 1_000;
const draftDays = 7;
const sweepMs = 3_600_000;

/** Brings applications to their CAs: at once when one is submitted, later when it is due. Gives the function that stops it. */
export function startApplications(
  ports: AdvancePorts,
  log: { error(data: object, message: string): void },
): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  const round = async (): Promise<void> => {
    do {
      again = false;
      await advanceApplications(ports).then(
        (asked) => {
          if (asked > 0) again = true;
        },
        (error: unknown) => log.error({ err: error }, 'applications could not be brought to their CAs'),
      );
    } while (again && !stopped);
    running = null;
  };
  const tell = (): void => {
    if (stopped) return;
    again = true;
    running ??= round();
  };
  const sweep = (): void => {
    const before = new Date(ports.clock().getTime() - draftDays * 86_400_000).toISOString();
    ports.store
      .transaction(({ applications }) => applications.deleteDraftsBefore(before))
      .catch((error: unknown) => log.error({ err: error }, 'old drafts could not be deleted'));
  };
  const ends = [ports.store.subscribe('application.changed', tell), ports.store.onResync(tell)];
  const timers = [setInterval(tell, everyMs), setInterval(sweep, sweepMs)];
  for (const timer of timers) timer.unref();
  return async () => {
    stopped = true;
    for (const timer of timers) clearInterval(timer);
    for (const end of ends) end();
    await running;
  };
}
