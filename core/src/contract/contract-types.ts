import type { Static } from 'typebox';
import type { calls } from './calls.ts';
import type { events } from './events.ts';
import type { CallName, EventName } from './names.ts';
import type { Frozen, WireForm } from './wire-form.ts';

type Calls = typeof calls;
type Events = typeof events;

/** What a call takes, inside a program: bytes are `Uint8Array`. */
export type Params<C extends CallName> = Frozen<Static<Calls[C]['params']>>;

/** What a call gives, inside a program. */
export type Result<C extends CallName> = Frozen<Static<Calls[C]['result']>>;

/** What a call takes, at the wire: bytes are base64. */
export type WireParams<C extends CallName> = WireForm<Static<Calls[C]['params']>>;

/** What a call gives, at the wire. */
export type WireResult<C extends CallName> = WireForm<Static<Calls[C]['result']>>;

/** What an event carries. No payload holds bytes, so wire and inside are the same. */
export type EventPayload<E extends EventName> = Frozen<Static<Events[E]['payload']>>;

/** One event with its payload; a union over `name` when E is. */
export type ContractEvent<E extends EventName = EventName> = {
  readonly [Name in E]: { readonly name: Name; readonly payload: EventPayload<Name> };
}[E];
