import pg from 'pg';

/** A connection that waits for an answer. */
export interface Waiting {
  /** The process of the server that works for it. */
  readonly processId: number | null;
  /** By `performance.now()`. */
  readonly since: number;
  /** Ends the connection; whoever waits is told that it is lost. */
  cut(): void;
}

/** Tells, of the processes named, which still work on something; null when that cannot be told. @throws when the server cannot be reached */
export type Probe = (processIds: readonly number[]) => Promise<ReadonlySet<number> | null>;

export interface Watch {
  add(waiting: Waiting): void;
  remove(waiting: Waiting): void;
  stop(): void;
}

export interface Patience {
  /** A statement without an answer for so long is asked after. */
  readonly patienceMs: number;
  /** An answer may be on its way when the server says that it has none to give. */
  readonly graceMs: number;
  /** What the server cannot be asked about (too many connections, a pooler in front) is given up after so long: beyond the server's own limit. */
  readonly longestMs: number;
  /** How long the server may take to say so. */
  readonly probeMs: number;
}

const usual: Patience = { patienceMs: 5_000, graceMs: 1_000, longestMs: 65_000, probeMs: 3_000 };

/**
 * Looks after statements whose answer does not come. A network that drops packets without a word, a server whose machine is gone, a firewall that
 * forgot the connection: TCP notices after a quarter of an hour, or never, and meanwhile nobody could write. A server that is reached and says that
 * it works on the statement is waited for (it ends the statement itself in its time).
 */
export function watchAnswers(ask: (probeMs: number) => Probe, patience: Patience = usual): Watch {
  const probe = ask(patience.probeMs);
  const waiting = new Set<Waiting>();
  const idleAt = new Map<Waiting, number>();
  let looking = false;

  const look = async (): Promise<void> => {
    const now = performance.now();
    const late = [...waiting].filter(({ since }) => now - since > patience.patienceMs);
    if (late.length === 0) return;
    const outcome = await probe(late.flatMap(({ processId }) => processId ?? [])).catch(() => 'unreachable' as const);
    // Whoever was too busy to hear an answer in time knows nothing of the server; what has come is read first.
    if (outcome === 'unreachable' && performance.now() - now > 2 * patience.probeMs) return;
    for (const one of late) {
      if (!waiting.has(one)) continue;
      if (outcome === 'unreachable' || (outcome === null && now - one.since > patience.longestMs)) one.cut();
      else if (outcome !== null && !outcome.has(one.processId ?? -1)) {
        // Not at the first look: its answer may have been under way.
        const idle = idleAt.get(one);
        if (idle === undefined) idleAt.set(one, performance.now());
        else if (performance.now() - idle > patience.graceMs) one.cut();
      } else idleAt.delete(one);
    }
  };
  const timer = setInterval(
    () => {
      if (looking) return;
      looking = true;
      void look().finally(() => {
        looking = false;
      });
    },
    Math.min(1_000, patience.patienceMs),
  );
  timer.unref();
  return {
    add: (one) => waiting.add(one),
    remove(one) {
      waiting.delete(one);
      idleAt.delete(one);
    },
    stop: () => clearInterval(timer),
  };
}

/** Asks the server itself, over a connection of its own. */
export function probeServer(config: pg.ClientConfig, probeMs: number): Probe {
  return async (processIds) => {
    const client = new pg.Client({ ...config, connectionTimeoutMillis: probeMs, query_timeout: probeMs });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ own: number; pids: readonly number[] | null }>(
        "select pg_backend_pid() as own, (select array_agg(pid) from pg_stat_activity where pid = any($1) and state in ('active', 'fastpath function call')) as pids",
        [processIds],
      );
      const [row] = rows;
      // Behind a pooler processes have other numbers than we were told.
      return row === undefined || row.own !== processOf(client) ? null : new Set(row.pids ?? []);
    } catch (error) {
      // It answers: too many connections, or starting.
      if (error instanceof Error && 'severity' in error) return null;
      throw error;
    } finally {
      void client.end().catch(() => undefined);
    }
  };
}

/** The process of the server that works for a connection, as it was told at the beginning. */
export const processOf = (client: pg.ClientBase): number | null =>
  (client as unknown as { readonly processID: number | null }).processID;
