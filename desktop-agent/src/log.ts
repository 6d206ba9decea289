import { isCodedError } from '@onelock/core/errors';
import { destination, type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** Structured log on standard error. What a value is decides how much of it is written; see {@link loggable}. */
export function createLog(level: LogLevel): Log {
  return pino(
    {
      level,
      base: { program: 'agent' },
      formatters: { log: (record) => loggable(record, 0) as Record<string, unknown> },
    },
    destination({ fd: 2, sync: true }),
  );
}

const maxText = 300;
const maxDepth = 4;

/**
 * A value as it may be logged. By type, not by name: bytes (PINs, keys, documents, certificates are all bytes inside) are
 * written as their number, errors as code and flat data, texts are cut.
 */
export function loggable(value: unknown, depth: number): unknown {
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (isCodedError(value)) {
    const cause = value.cause === undefined ? {} : { cause: loggable(value.cause, depth + 1) };
    return { code: value.code, params: value.params, ...(value.native ? { native: value.native } : {}), ...cause };
  }
  if (value instanceof Error) return { name: value.name, message: value.message.slice(0, maxText), stack: value.stack };
  if (typeof value === 'string') return value.slice(0, maxText);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '[deeper]';
  if (Array.isArray(value)) return value.slice(0, 32).map((item) => loggable(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, loggable(field, depth + 1)]));
}
