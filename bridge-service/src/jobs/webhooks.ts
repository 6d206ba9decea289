import { type DeliveryPorts, type Post, tellWebhooks } from '../services/webhooks/deliver.ts';
import { deliverMessages } from '../services/webhooks/deliver-messages.ts';

/** For retries, and for what another node announced while this one was away. */
const everyMs = 1_000;

/** Tells webhooks at once when there is something to tell. Gives the function that stops it. */
export function startWebhooks(
  ports: DeliveryPorts,
  post: Post,
  log: { error(data: object, message: string): void },
): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  const round = async (): Promise<void> => {
    do {
      again = false;
      const failed = (error: unknown): void => log.error({ err: error }, 'webhooks could not be told');
      await Promise.all([tellWebhooks(ports, post).catch(failed), deliverMessages(ports, post).catch(failed)]);
    } while (again && !stopped);
    running = null;
  };
  const tell = (): void => {
    if (stopped) return;
    again = true;
    running ??= round();
  };
  const ends = [
    ports.store.subscribe('supervision.told', tell),
    ports.store.subscribe('platform.told', tell),
    ports.store.onResync(tell),
  ];
  const timer = setInterval(tell, everyMs);
  timer.unref();
  return async () => {
    stopped = true;
    clearInterval(timer);
    for (const end of ends) end();
    await running;
  };
}
