import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { newId } from '../services/identifiers.ts';
import type { Ports } from '../services/ports/ports.ts';
import { beatMs, type NodeState } from '../services/statistics/state.ts';

/** A node that was not heard of for a day is forgotten. */
const forgottenMs = 24 * 3_600_000;
const nanosecondsPerMs = 1e6;

export interface NodeFacts {
  readonly version: string;
  readonly database: NodeState['database'];
  readonly clock: () => Pick<NodeState, 'clockOffsetMs' | 'clockDoubt'>;
}

/** Says every few seconds that this node is at work and how it is. Gives the function that stops it, by which it says that it left. */
export function startNodeBeat(
  ports: Pick<Ports, 'store' | 'clock' | 'ops'>,
  facts: NodeFacts,
  log: { error(data: object, message: string): void },
): () => Promise<void> {
  const { store, clock, ops } = ports;
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const node = { id: newId('nod', clock, ops), host: hostname(), startedAt: clock().toISOString() };
  const beat = async (): Promise<void> => {
    const now = clock();
    const state: NodeState = {
      ...{ version: facts.version, cryptoEngine: ops.engine, database: facts.database },
      ...{ rssBytes: process.memoryUsage.rss(), loopDelayMs: Math.round(delay.max / nanosecondsPerMs) },
      ...facts.clock(),
    };
    delay.reset();
    await store.transaction(async ({ statistics }) => {
      await statistics.beat({ ...node, seenAt: now.toISOString(), state: JSON.stringify(state) });
      await statistics.forgetNodesBefore(new Date(now.getTime() - forgottenMs).toISOString());
    });
  };
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    running = beat().catch((error: unknown) => log.error({ err: error }, 'this node could not tell of itself'));
  };
  run();
  const timer = setInterval(run, beatMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    delay.disable();
    await running;
    await store
      .transaction(({ statistics }) => statistics.forgetNode(node.id))
      .catch((error: unknown) => log.error({ err: error }, 'this node could not tell that it leaves'));
  };
}
