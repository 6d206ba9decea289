import type { EventPayload } from '@onelock/core/contract';
import type { PinStatus } from '@onelock/drivers/port';
import type { PinView } from '../consent/question.ts';
import type { PresentDevice } from '../tokens/fleet.ts';
import type { AgentParts } from './parts.ts';

type Warning = EventPayload<'pinWarning'>['warning'];

/** PIN status as a window shows it. */
export function pinView(status: PinStatus): PinView {
  const { retriesLeft, low, locked, isDefault, minLength, maxLength } = status;
  return { retriesLeft, low, locked, lastTry: retriesLeft === 1, isDefault, minLength, maxLength };
}

/** Few tries left, by the token's own word or by count. */
const fewRetries = 3;

/** What was last said of a device, so that a page hears of a change and not of every look. */
const said = new WeakMap<PresentDevice, string>();

/** Tells the allowed pages what there is to warn of, when it is news. */
export function warnOfPin(parts: AgentParts, present: PresentDevice, status: PinStatus): void {
  const warning = warningOf(status);
  const news = `${warning} ${status.retriesLeft}`;
  if (said.get(present) === news) return;
  said.set(present, news);
  if (warning === null) return;
  parts.events.broadcast('pinWarning', (connection) => ({
    device: parts.handles.deviceHandle(connection.origin, present),
    warning,
    retriesLeft: status.retriesLeft,
  }));
}

function warningOf({ locked, low, retriesLeft, retriesMax, isDefault }: PinStatus): Warning | null {
  if (locked) return 'locked';
  const few = retriesLeft !== null && retriesLeft <= fewRetries && retriesLeft < (retriesMax ?? Infinity);
  if (low || few) return 'retries-low';
  return isDefault === true ? 'default-pin' : null;
}
