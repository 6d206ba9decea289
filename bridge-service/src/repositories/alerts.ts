import type { AlertRecord, StatisticsRepository } from '../services/ports/statistics-store.ts';
import type { SupervisionEvent } from '../services/ports/watch-store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

/** What supervision was told, with who has taken note of it. */
export function createAlertReadings(
  database: ServiceDatabase,
): Pick<StatisticsRepository, 'alerts' | 'alert' | 'openAlerts' | 'acknowledge'> {
  const joined = () =>
    database
      .selectFrom('supervision_events')
      .leftJoin('event_acknowledgements', 'event_acknowledgements.sequence', 'supervision_events.sequence')
      .selectAll('supervision_events')
      .select(['event_acknowledgements.at as noted_at', 'event_acknowledgements.actor', 'event_acknowledgements.note']);
  return {
    async alerts({ after, limit }, open) {
      let query = joined().orderBy('supervision_events.sequence', 'desc').limit(limit);
      if (after !== null) query = query.where('supervision_events.sequence', '<', after);
      if (open) query = query.where('event_acknowledgements.at', 'is', null);
      return (await query.execute()).map(toAlert);
    },
    async alert(id) {
      const row = await joined().where('supervision_events.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toAlert(row);
    },
    async openAlerts() {
      const row = await database
        .selectFrom('supervision_events')
        .leftJoin('event_acknowledgements', 'event_acknowledgements.sequence', 'supervision_events.sequence')
        .select((builder) => builder.fn.countAll<number>().as('open'))
        .where('event_acknowledgements.at', 'is', null)
        .executeTakeFirst();
      return Number(row?.open ?? 0);
    },
    async acknowledge(sequence, { at, actor, note }) {
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('event_acknowledgements')
        .values({ sequence, at, actor, note })
        .onConflict((conflict) => conflict.column('sequence').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
  };
}

interface AlertRow {
  readonly sequence: number;
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly data: string;
  readonly noted_at: string | null;
  readonly actor: string | null;
  readonly note: string | null;
}

function toAlert({ noted_at, actor, note, type, ...event }: AlertRow): AlertRecord {
  return {
    ...event,
    type: type as SupervisionEvent['type'],
    acknowledgement: noted_at === null ? null : { at: noted_at, actor: actor ?? '', note: note ?? '' },
  };
}
