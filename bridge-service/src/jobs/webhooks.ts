import { beginTelling, type DeliveryPorts, type Post } from '../services/webhooks/deliver.ts';
import { beginDeliveries } from '../services/webhooks/deliver-messages.ts';

/** For retries, and for what another node announced while this one was away. */
const everyMs = 1_000;

/**
 * Tells webhooks at once when there is something to tell. One that hangs is waited for by nobody but itself. Gives the function that stops it.
 */
export function startWebhooks(
  ports: DeliveryPorts,
  post: Post,
  log: { error(data: object, message: string): void },
): () => Promise<void> {
  const busy = { supervision: new Set<string>(), messages: new Set<string>() };
  const telling = new Set<Promise<void>>();
  let running: Promise<void> | null = null;
  let asked = 0;
  let stopped = false;
  const failed = (error: unknown): void => log.error({ err: error }, 'webhooks could not be told');
  const begin = async (): Promise<void> => {
    const begun = await Promise.all([
      beginTelling(ports, post, busy.supervision),
      beginDeliveries(ports, post, busy.messages),
    ]);
    const before = asked;
    for (const one of begun.flat()) {
      const ended = one.catch(failed).finally(() => {
        telling.delete(ended);
        // What came for it meanwhile had to wait for it.
        if (asked !== before) look();
      });
      telling.add(ended);
    }
  };
  const round = async (): Promise<void> => {
    let seen: number;
    do {
      seen = asked;
      await begin().catch(failed);
    } while (asked !== seen && !stopped);
    running = null;
  };
  const look = (): void => {
    if (!stopped) running ??= round();
  };
  const tell = (): void => {
    asked += 1;
    look();
  };
  const ends = [
    ports.store.subscribe('supervision.told', tell),
    ports.store.subscribe('platform.told', tell),
    ports.store.onResync(tell),
  ];
  const timer = setInterval(look, everyMs);
  timer.unref();
  return async () => {
    stopped = true;
    clearInterval(timer);
    for (const end of ends) end();
    await running;
    await Promise.all(telling);
  };
}
