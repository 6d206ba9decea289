import { newId } from '../identifiers.ts';
import type { Ports } from '../ports/ports.ts';
import type { Repositories } from '../ports/store.ts';
import type { SupervisionEvent } from '../ports/watch-store.ts';

export interface SupervisionEventView extends Omit<SupervisionEvent, 'data'> {
  readonly data: Readonly<Record<string, string>>;
}

/** What supervision was told after a sequence number. `last`: where to go on. */
export async function listEvents(
  { store }: Pick<Ports, 'store'>,
  after: number,
  limit: number,
): Promise<{ readonly events: readonly SupervisionEventView[]; readonly last: number }> {
  const told = await store.watchList.toldAfter(after, limit);
  const events = told.map((event) => ({ ...event, data: JSON.parse(event.data) as Record<string, string> }));
  return { events, last: events.at(-1)?.sequence ?? after };
}

/** Tells supervision something, inside the transaction in which it happens: by the stream, webhooks and the console. */
export async function tellSupervision(
  repositories: Pick<Repositories, 'watchList' | 'events'>,
  { clock, ops }: Pick<Ports, 'clock' | 'ops'>,
  { type, at, data }: Pick<SupervisionEvent, 'type' | 'at'> & { readonly data: Readonly<Record<string, string>> },
): Promise<void> {
  const event = { id: newId('evt', clock, ops), at, type, data: JSON.stringify(data) };
  const sequence = await repositories.watchList.tell(event);
  await repositories.events.publish('supervision.told', { sequence });
}
