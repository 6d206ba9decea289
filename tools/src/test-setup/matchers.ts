import { type ErrorCode, isCodedError } from '@onelock/core/errors';
import { expect } from 'vitest';

interface CodedMatchers<R> {
  /** The function throws, or the value is, a CodedError of this code. */
  toFailWith(code: ErrorCode): R;
}

declare module 'vitest' {
  // The parameters must be those of vitest's own declaration, used or not.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends CodedMatchers<R> {}
}

function outcomeOf(received: unknown): unknown {
  if (typeof received !== 'function') return received;
  try {
    received();
    return undefined;
  } catch (error) {
    return error;
  }
}

expect.extend({
  toFailWith(received: unknown, code: ErrorCode) {
    const outcome = outcomeOf(received);
    const actual = isCodedError(outcome) ? `${outcome.code} ${JSON.stringify(outcome.params)}` : String(outcome);
    return {
      pass: isCodedError(outcome) && outcome.code === code,
      message: () => `expected a failure with ${code}, got ${actual}`,
    };
  },
});
