import { CodedError } from '@onelock/core/errors';
import type { Caller } from '../ports/records.ts';
import type { StatisticsSpan } from '../ports/statistics-store.ts';

/** What a question says about when and where. */
export interface AskedSpan {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly platform?: string | undefined;
}

const hourMs = 3_600_000;
const usualMs = 24 * hourMs;
const longestMs = 400 * 24 * hourMs;

/**
 * The span that is asked for, in whole hours: the last day where nothing is said. A platform's is its own, whatever it asks.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID for a span that ends before it begins, or is longer than 400 days;
 *   ERR_REQUEST_NOT_FOUND for another's numbers
 */
export function readSpan(now: Date, caller: Pick<Caller, 'id' | 'role'>, asked: AskedSpan): StatisticsSpan {
  if (caller.role === 'platform' && asked.platform !== undefined && asked.platform !== caller.id)
    throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const until = asked.until === undefined ? now.getTime() : readInstant(asked.until, '?until');
  const from = asked.from === undefined ? until - usualMs : readInstant(asked.from, '?from');
  if (from >= until || until - from > longestMs)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '?from', rule: 'before until, by 400 days at most' });
  return {
    from: new Date(Math.floor(from / hourMs) * hourMs).toISOString(),
    until: new Date(Math.ceil(until / hourMs) * hourMs).toISOString(),
    platform: caller.role === 'platform' ? caller.id : asked.platform,
  };
}

function readInstant(text: string, field: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new CodedError('ERR_REQUEST_INVALID', { field, rule: 'format=date-time' });
  return time;
}
