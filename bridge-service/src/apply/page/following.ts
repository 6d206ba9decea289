import type { Desk } from './desk.ts';
import { server, type Ticket } from './server.ts';

const stops = new WeakMap<Desk, () => void>();
const ends: ReadonlySet<string> = new Set(['installed', 'refused', 'withdrawn']);

/** Shows an application as it moves on, until it is over or another is followed. */
export function follow(desk: Desk, ticket: Ticket): void {
  stops.get(desk)?.();
  desk.go('progress');
  const stop = server.follow(
    ticket,
    (told) => {
      if (desk.ticket?.id !== ticket.id) return stop();
      const moved = told.state !== desk.view?.state;
      desk.view = told;
      if (ends.has(told.state)) stop();
      if (desk.stage !== 'progress' || desk.working !== null) return;
      desk.show();
      if (moved) desk.content.querySelector<HTMLElement>('h2')?.focus();
    },
    (error) => {
      desk.fail(error);
      desk.show();
    },
  );
  stops.set(desk, stop);
}
