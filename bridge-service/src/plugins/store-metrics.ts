import { Gauge, type Registry } from 'prom-client';
import type { Ports } from '../services/ports/ports.ts';

interface Figures {
  readonly entries: number;
  readonly unwitnessed: number;
  readonly checkpointAgeSeconds: number | null;
  readonly waiting: Readonly<Record<'proposed' | 'approved', number>>;
}

const mostWaiting = 1_000;

/**
 * Numbers about what the service remembers: whether the database answers, how long the audit log is and how old its last checkpoint, how many
 * change sets wait. With the database away the others are left out, and this is still answered.
 */
export function measureStore(registry: Registry, ports: Pick<Ports, 'store' | 'clock' | 'witnesses'>): void {
  // Gauges are collected side by side: they share one reading, and each waits for it.
  let running: Promise<Figures | null> | undefined;
  const read = (): Promise<Figures | null> => {
    running ??= readFigures(ports).finally(() => {
      running = undefined;
    });
    return running;
  };
  const gauge = (name: string, help: string, of: (figures: Figures) => number | null): void => {
    new Gauge({
      ...{ name, help, registers: [registry] },
      async collect() {
        const figures = await read();
        const value = figures && of(figures);
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  };
  gauge('onelock_audit_entries', 'Entries of the audit log', ({ entries }) => entries);
  gauge(
    'onelock_audit_unwitnessed_entries',
    'Entries of the audit log that no checkpoint covers yet',
    ({ unwitnessed }) => unwitnessed,
  );
  gauge(
    'onelock_audit_checkpoint_age_seconds',
    'Age of the newest checkpoint of the audit log',
    ({ checkpointAgeSeconds }) => checkpointAgeSeconds,
  );
  gauge('onelock_change_sets_proposed', 'Change sets that wait for an approval', ({ waiting }) => waiting.proposed);
  gauge('onelock_change_sets_approved', 'Change sets that wait for their time', ({ waiting }) => waiting.approved);
  new Gauge({
    name: 'onelock_audit_witnesses_failing',
    help: 'Folders of witnesses that could not be written, or do not answer',
    registers: [registry],
    collect() {
      this.set(ports.witnesses.failing());
    },
  });
  new Gauge({
    name: 'onelock_database_writable',
    help: '1 when the database took what was written last; 0 on a full disk, or a server that is a copy of another',
    registers: [registry],
    collect() {
      this.set(ports.store.isWritable() ? 1 : 0);
    },
  });
  new Gauge({
    ...{ name: 'onelock_database_up', help: '1 when the database answers', registers: [registry] },
    async collect() {
      this.set((await read()) === null ? 0 : 1);
    },
  });
}

/** null while the database is away: why is in the log of whoever needed it. */
async function readFigures({ store, clock }: Pick<Ports, 'store' | 'clock'>): Promise<Figures | null> {
  const count = async (state: 'proposed' | 'approved'): Promise<number> =>
    (await store.changeSets.list({ after: null, limit: mostWaiting }, state)).length;
  try {
    const { size } = await store.audit.head();
    const checkpoint = await store.audit.latestCheckpoint();
    return {
      entries: size,
      unwitnessed: size - (checkpoint?.size ?? 0),
      checkpointAgeSeconds: checkpoint && Math.max(0, (clock().getTime() - Date.parse(checkpoint.at)) / 1000),
      waiting: { proposed: await count('proposed'), approved: await count('approved') },
    };
  } catch {
    return null;
  }
}
