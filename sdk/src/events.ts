import type { EventName, EventPayload } from '@onelock/core/contract';
import { contractTables } from './generated/contract-tables.ts';

export type EventListenerFor<E extends EventName> = (payload: EventPayload<E>) => void;

/** Who listens to which event. */
export interface EventHub {
  /** @returns the way to stop listening */
  on<E extends EventName>(name: E, listener: EventListenerFor<E>): () => void;
  /** Tells the listeners of one event; names that this version does not know are dropped. */
  tell(name: unknown, payload: unknown): void;
}

export function createEventHub(): EventHub {
  const listeners = new Map<EventName, Set<(payload: never) => void>>(
    contractTables.events.map((name) => [name, new Set()]),
  );
  return {
    on(name, listener) {
      // One entry per subscription, so that the same function may listen twice and stop once.
      const entry = (payload: never): void => listener(payload);
      listeners.get(name)?.add(entry);
      return () => {
        listeners.get(name)?.delete(entry);
      };
    },
    tell(name, payload) {
      for (const listener of listeners.get(name as EventName) ?? []) callSafely(() => listener(payload as never));
    },
  };
}

/** A listener that throws is its owner's accident: reported as uncaught, and the next listener is still told. */
export function callSafely(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
