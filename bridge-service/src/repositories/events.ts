import { sql } from 'kysely';
import type { EventPublisher } from '../services/ports/events.ts';
import { engineOf } from './engine/engine-of.ts';
import type { PendingEvent } from './engine/local-events.ts';
import { eventChannel } from './engine/postgres-listener.ts';
import type { ServiceDatabase } from './engine/schema.ts';

/** PostgreSQL carries events itself, at the commit; on SQLite, which one process owns, they wait in `pending` for it. */
export function createEventRepository(database: ServiceDatabase, pending: PendingEvent[]): EventPublisher {
  return {
    async publish(topic, data) {
      if (engineOf(database) === 'sqlite') pending.push({ topic, data });
      else await sql`select pg_notify(${eventChannel}, ${JSON.stringify({ topic, data })})`.execute(database);
    },
  };
}
