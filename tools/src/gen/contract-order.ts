import { type CallDefinition, calls, type EventDefinition, events } from '@onelock/core/contract';

/** The calls in the order of their numbers. */
export const callsInOrder: readonly CallDefinition[] = Object.values<CallDefinition>(calls).sort(
  (a, b) => a.number - b.number,
);

/** The events in the order of their numbers. */
export const eventsInOrder: readonly EventDefinition[] = Object.values<EventDefinition>(events).sort(
  (a, b) => a.number - b.number,
);
