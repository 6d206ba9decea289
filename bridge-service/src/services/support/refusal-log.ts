import type { Ports } from '../ports/ports.ts';
import type { Refusal } from '../ports/statistics-store.ts';

/** Refusals kept a minute: whoever sends rubbish by the thousand fills no disk. */
const mostPerMinute = 600;
const minuteMs = 60_000;

export interface RefusalLog {
  note(refusal: Refusal): void;
  /** Writes what was noted. */
  flush(): Promise<void>;
}

/**
 * Remembers answers that were errors, so that the id on somebody's screen leads to what it was about. They are written now and then
 * and together; those of the last second are lost with the process, and they stand in its log as well.
 */
export function createRefusalLog({ store, clock }: Pick<Ports, 'store' | 'clock'>): RefusalLog {
  let waiting: Refusal[] = [];
  let minute = 0;
  let noted = 0;
  return {
    note(refusal) {
      const now = Math.floor(clock().getTime() / minuteMs);
      if (now !== minute) [minute, noted] = [now, 0];
      if (noted >= mostPerMinute) return;
      noted += 1;
      waiting.push(refusal);
    },
    async flush() {
      if (waiting.length === 0) return;
      const batch = waiting;
      waiting = [];
      await store.transaction(({ statistics }) => statistics.addRefusals(batch));
    },
  };
}
