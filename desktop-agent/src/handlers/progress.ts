import type { EventPayload } from '@onelock/core/contract';
import type { CallContext } from '../dispatch/call-context.ts';
import type { AgentParts } from './parts.ts';

type Unit = EventPayload<'operationProgress'>['unit'];

/** A few times a second: enough for a bar to move. */
const pauseMs = 250;

/** @returns tells the page how far a long call is, now and then, and at its end */
export function progressOf(
  { events }: AgentParts,
  { callId, connection }: CallContext,
  unit: Unit,
  total: number | null,
): (done: number) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (done) => {
    const now = performance.now();
    if (now - saidAt < pauseMs && done !== total) return;
    saidAt = now;
    events.send(connection, 'operationProgress', { callId, unit, done, total });
  };
}
