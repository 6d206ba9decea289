import type { PinStatus } from '@onelock/drivers/port';
import type { PinView } from '../consent/question.ts';
import type { PresentDevice } from '../tokens/fleet.ts';
import type { AgentParts } from './parts.ts';

/** PIN status as a window shows it. */
export function pinView(status: PinStatus): PinView {
  const { retriesLeft, low, locked, isDefault, minLength, maxLength } = status;
  return { retriesLeft, low, locked, lastTry: retriesLeft === 1, isDefault, minLength, maxLength };
}

/** Few tries left, by the token's own word or by count. */
const fewRetries = 3;

/** Tells the allowed pages what there is to warn of. */
export function warnOfPin(parts: AgentParts, present: PresentDevice, status: PinStatus): void {
  const { retriesLeft } = status;
  const low = status.low || (retriesLeft !== null && retriesLeft <= fewRetries);
  const warning = status.locked ? 'locked' : low ? 'retries-low' : status.isDefault === true ? 'default-pin' : null;
  if (warning === null) return;
  parts.events.broadcast('pinWarning', (connection) => ({
    device: parts.handles.deviceHandle(connection.origin, present),
    warning,
    retriesLeft,
  }));
}
