import type { Repositories } from '../ports/store.ts';

/** Tells every node that a record was suspended, closed or taken back: uses are admitted by that. */
export async function standingChanged({ standing, events }: Repositories, id: string): Promise<void> {
  await standing.changed();
  await events.publish('watchlist.changed', { id });
}
