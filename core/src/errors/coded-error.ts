import { type ErrorCode, errorRegistry } from './registry.ts';

/** What a reason may carry: flat, printable, safe to log and to send. Never a PIN, a key or a document. */
export type ErrorParams = Readonly<Record<string, string | number | boolean | null>>;

/** What a vendor's library said, untranslated. */
export interface NativeError {
  readonly api: string;
  readonly name: string;
  readonly value: number;
}

export interface CodedErrorOptions {
  readonly native?: NativeError;
  readonly cause?: unknown;
}

/** An accident with a stable code. Words are chosen where the reader is; see core/messages. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly native: NativeError | undefined;

  constructor(code: ErrorCode, params: ErrorParams = {}, options: CodedErrorOptions = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CodedError';
    this.code = code;
    this.params = params;
    this.native = options.native;
  }
}

export function isCodedError(value: unknown): value is CodedError {
  return value instanceof CodedError;
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorRegistry, value);
}
