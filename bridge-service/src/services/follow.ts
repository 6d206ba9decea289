import type { EventSubscriber } from './ports/events.ts';

/** Something of the database that a node keeps in memory. */
export interface Followed<T> {
  /** What it is now. Waits for a reading that is under way, so that what this node has just committed is in it. */
  current(): T | Promise<T>;
  /** Read it again: somebody knows that it changed. */
  refresh(): void;
  stop(): Promise<void>;
}

export interface Following<T> {
  /** Grows with every change. */
  readonly version: () => Promise<number>;
  readonly read: () => Promise<T>;
  /** Calls back when an event tells of a change; gives the function that ends it. */
  readonly listen: (changed: () => void) => () => void;
  readonly onFailure: (error: unknown) => void;
}

/** An event may be lost with the connection that brings it: the version is looked at as often as this. */
const everyMs = 1_000;

/** Reads now, at every event, after a break, and whenever the version says that a change was missed. What cannot be read stays as it was known. */
export async function follow<T>(
  { version, read, listen, onFailure }: Following<T>,
  events: Pick<EventSubscriber, 'onResync'>,
): Promise<Followed<T>> {
  // The version first: what is read afterwards may only be newer.
  const readAll = async (): Promise<{ readonly version: number; readonly value: T }> => ({
    version: await version(),
    value: await read(),
  });
  let known = await readAll();
  let running: Promise<void> | null = null;
  let looking: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  const round = async (): Promise<void> => {
    while (again && !stopped) {
      again = false;
      try {
        known = await readAll();
      } catch (error) {
        onFailure(error);
      }
    }
    running = null;
  };
  const refresh = (): void => {
    if (stopped) return;
    again = true;
    running ??= round();
  };
  const look = async (): Promise<void> => {
    try {
      if ((await version()) !== known.version) refresh();
    } catch (error) {
      if (!stopped) onFailure(error);
    }
    looking = null;
  };
  const timer = setInterval(() => {
    looking ??= look();
  }, everyMs);
  timer.unref();
  const ends = [listen(refresh), events.onResync(refresh)];
  return {
    current: () => (running === null ? known.value : running.then(() => known.value)),
    refresh,
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const end of ends) end();
      await running;
      await looking;
    },
  };
}
