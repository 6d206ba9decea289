import type { Static, TSchema } from 'typebox';
import type { ErrorCode } from '../errors/registry.ts';
import type { WireForm } from './wire-form.ts';

/** What a person must have agreed to before a call acts; see the contract's table of consents. */
export type Consent = 'none' | 'origin' | 'user' | 'pin';

export type CallFamily =
  | 'agent-and-devices'
  | 'certificates'
  | 'pin-and-key-sessions'
  | 'sign-and-verify'
  | 'encrypt-and-decrypt'
  | 'seals-and-documents'
  | 'time'
  | 'cloud-and-phone'
  | 'utility';

/** A value that must be refused, and the field (JSON pointer into params, e.g. `/challenge`) that the refusal must name. */
export interface InvalidExample {
  readonly whyZh: string;
  readonly why: string;
  readonly field: string;
  readonly params: unknown;
}

/** One call of the interface. Everything else (types, JSON Schema, validators, OpenRPC, pages, SDK) derives from this value. */
export interface CallDefinition<
  Name extends string = string,
  Params extends TSchema = TSchema,
  Result extends TSchema = TSchema,
> {
  /** 1 to 50, the number in the published table. */
  readonly number: number;
  readonly name: Name;
  readonly family: CallFamily;
  readonly titleZh: string;
  readonly title: string;
  readonly consent: Consent;
  /** Contract version that introduced it. */
  readonly since: string;
  /** The standards' clauses that the call stands on. */
  readonly clauses: readonly string[];
  readonly summaryZh: string;
  readonly summary: string;
  readonly params: Params;
  readonly result: Result;
  /** Codes that this call may reject with, beyond those any call may (`commonErrors`). */
  readonly errors: readonly ErrorCode[];
  /** In wire form: bytes are base64. */
  readonly example: { readonly params: WireForm<Static<Params>>; readonly result: WireForm<Static<Result>> };
  readonly invalidExamples: readonly [InvalidExample, InvalidExample, InvalidExample, ...InvalidExample[]];
}

export function defineCall<const Name extends string, Params extends TSchema, Result extends TSchema>(
  definition: CallDefinition<Name, Params, Result>,
): CallDefinition<Name, Params, Result> {
  return definition;
}
