import pg from 'pg';
import type { DatabaseLocation } from './database-location.ts';
import type { LocalEvents, PendingEvent } from './local-events.ts';
import { postgresClientConfig } from './postgres-dialect.ts';

/** The channel of NOTIFY that nodes on one database share. */
export const eventChannel = 'onelock_events';

/** So often the server is asked whether it is still there: a connection that a firewall forgot says nothing by itself. */
const heartbeatMs = 10_000;
const heartbeatTimeoutMs = 5_000;
const firstRetryMs = 100;
const longestRetryMs = 3_000;

/**
 * Listens to what other nodes (and this one) announce, on a connection of its own. When that breaks it is made again, and every
 * listener is told to read again what it holds, since announcements are not kept for whoever is away.
 *
 * @returns the function that ends it
 */
export async function listenForEvents(
  { url, password }: Extract<DatabaseLocation, { readonly engine: 'postgres' }>,
  events: LocalEvents,
  pace: { readonly heartbeatMs: number; readonly timeoutMs: number } = { heartbeatMs, timeoutMs: heartbeatTimeoutMs },
): Promise<() => Promise<void>> {
  let ended = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    // Waiting for an announcement is idle by design.
    const fresh = new pg.Client({ ...postgresClientConfig(url, password), query_timeout: pace.timeoutMs });
    let lost = false;
    let heartbeat: NodeJS.Timeout | undefined;
    const onLost = (): void => {
      if (lost) return;
      lost = true;
      clearInterval(heartbeat);
      if (client === fresh) {
        client = undefined;
        again(firstRetryMs);
      }
    };
    fresh.on('error', onLost);
    fresh.on('end', onLost);
    fresh.on('notification', ({ channel, payload }) => {
      if (channel === eventChannel && payload !== undefined) events.deliver(JSON.parse(payload) as PendingEvent);
    });
    try {
      await fresh.connect();
      await fresh.query(`listen ${eventChannel}`);
    } catch (error) {
      fresh.connection.stream.destroy();
      throw error;
    }
    if (ended) {
      await fresh.end();
      return;
    }
    if (lost) throw new Error('the connection that listens was lost');
    client = fresh;
    let asking = false;
    heartbeat = setInterval(() => {
      if (asking) return;
      asking = true;
      fresh
        .query('select 1')
        .catch(() => {
          onLost();
          fresh.connection.stream.destroy();
        })
        .finally(() => {
          asking = false;
        });
    }, pace.heartbeatMs);
    heartbeat.unref();
  };
  const again = (afterMs: number): void => {
    if (ended) return;
    retry = setTimeout(() => {
      connect().then(
        () => events.resync(),
        () => again(Math.min(afterMs * 2, longestRetryMs)),
      );
    }, afterMs);
    retry.unref();
  };

  await connect();
  return async () => {
    ended = true;
    clearTimeout(retry);
    await client?.end();
  };
}
