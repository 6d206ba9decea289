import { CodedError, type ErrorParams, isCodedError, isErrorCode } from '@onelock/core/errors';
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;

/** A CodedError, flattened: its class does not survive the way between processes. */
export const FailureBodySchema = Type.Object(
  {
    code: Type.String({ pattern: '^ERR_[A-Z0-9_]+$', maxLength: 64 }),
    params: Type.Record(
      Type.String({ maxLength: 32 }),
      Type.Union([Type.String({ maxLength: 512 }), Type.Number(), Type.Boolean(), Type.Null()]),
    ),
    native: Type.Union([
      Type.Object(
        { api: Type.String({ maxLength: 64 }), name: Type.String({ maxLength: 64 }), value: Type.Number() },
        closed,
      ),
      Type.Null(),
    ]),
  },
  closed,
);

export type FailureBody = Static<typeof FailureBodySchema>;

/** What crosses the process boundary of an error. Anything that is not coded crosses as its class's name alone. */
export function flattenError(error: unknown): FailureBody {
  if (!isCodedError(error)) {
    const name = error instanceof Error ? error.name : typeof error;
    return { code: 'ERR_TOKEN_NATIVE_FAILURE', params: { api: 'driver', name }, native: null };
  }
  return { code: error.code, params: shorten(error.params), native: error.native ?? null };
}

/** @returns null when the code is none of ours: the host broke the protocol */
export function restoreError(body: FailureBody): CodedError | null {
  if (!isErrorCode(body.code)) return null;
  return new CodedError(body.code, body.params, body.native === null ? {} : { native: body.native });
}

function shorten(params: ErrorParams): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, 512) : value]),
  );
}
