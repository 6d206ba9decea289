import { Gauge, type Registry } from 'prom-client';
import type { Ports } from '../services/ports/ports.ts';

/** What judgements and stamps are dated by. */
export function measureClock(registry: Registry, { clockMonitor }: Pick<Ports, 'clockMonitor'>): void {
  new Gauge({
    name: 'onelock_clock_in_doubt',
    help: 'Whether the clock was stepped within the last minute, or is off by more than a second',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      const doubt = clockMonitor.doubt();
      for (const reason of ['stepped', 'offset'] as const) this.set({ reason }, doubt === reason ? 1 : 0);
    },
  });
  new Gauge({
    name: 'onelock_clock_offset_seconds',
    help: 'Time of the servers minus ours, as they said last; no value without time servers',
    registers: [registry],
    collect() {
      if (clockMonitor.offsetMs !== null) this.set(clockMonitor.offsetMs / 1000);
    },
  });
}
