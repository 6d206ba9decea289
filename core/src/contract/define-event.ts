import type { Static, TSchema } from 'typebox';
import type { WireForm } from './wire-form.ts';

/** One event of the interface. Everything else about it derives from this value. */
export interface EventDefinition<Name extends string = string, Payload extends TSchema = TSchema> {
  /** 1 to 8, the number in the published table. */
  readonly number: number;
  readonly name: Name;
  readonly titleZh: string;
  readonly title: string;
  readonly since: string;
  readonly firesWhenZh: string;
  readonly firesWhen: string;
  /** Whether one cause may be told more than once, or exactly once. */
  readonly repetition: 'may-repeat' | 'once-per-cause';
  readonly payload: Payload;
  /** In wire form. */
  readonly example: WireForm<Static<Payload>>;
}

export function defineEvent<const Name extends string, Payload extends TSchema>(
  definition: EventDefinition<Name, Payload>,
): EventDefinition<Name, Payload> {
  return definition;
}
