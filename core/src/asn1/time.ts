import { CodedError } from '../errors/coded-error.ts';
import type { DerNode } from './reader.ts';
import { derTag, describeTag } from './tags.ts';

/**
 * Milliseconds since 1970 of a UTCTime or GeneralizedTime in the only form that DER and RFC 5280 §4.1.2.5 allow: seconds
 * present, no fraction, `Z`. UTCTime years 50–99 are 19xx, 00–49 are 20xx.
 *
 * @throws {CodedError} ERR_DER_TAG_UNEXPECTED, ERR_DER_VALUE_INVALID (also for a day or hour that does not exist)
 */
export function timeMilliseconds(node: DerNode): number {
  if (node.tag !== derTag.utcTime) node.expect(derTag.generalizedTime);
  const content = node.content;
  const yearDigits = node.tag === derTag.utcTime ? 2 : 4;
  if (content.length !== yearDigits + 11 || content[content.length - 1] !== 0x5a) throw invalid(node);
  const short = twoDigits(content, 0);
  const year = yearDigits === 4 ? short * 100 + twoDigits(content, 2) : short + (short >= 50 ? 1900 : 2000);
  const month = twoDigits(content, yearDigits);
  const day = twoDigits(content, yearDigits + 2);
  const hour = twoDigits(content, yearDigits + 4);
  const minute = twoDigits(content, yearDigits + 6);
  const second = twoDigits(content, yearDigits + 8);
  if (!(year >= 0 && hour <= 23 && minute <= 59 && second <= 59 && dayExists(year, month, day))) throw invalid(node);
  return utcMilliseconds(year, month, day) + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** {@link timeMilliseconds} as a Date. */
export function timeValue(node: DerNode): Date {
  return new Date(timeMilliseconds(node));
}

/** NaN when either character is no digit, and NaN fails every comparison above. */
function twoDigits(content: Uint8Array, at: number): number {
  const tens = (content[at] ?? 0) - 0x30;
  const ones = (content[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function dayExists(year: number, month: number, day: number): boolean {
  if (!(month >= 1 && month <= 12 && day >= 1)) return false;
  if (month === 2) return day <= (isLeap(year) ? 29 : 28);
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Date.UTC reads years 0–99 as 1900–1999; shifting by a whole Gregorian cycle of 400 years avoids that. */
function utcMilliseconds(year: number, month: number, day: number): number {
  const millisecondsPerCycle = 146_097 * 86_400_000;
  return Date.UTC(year + 400, month - 1, day) - millisecondsPerCycle;
}

function invalid(node: DerNode): CodedError {
  return new CodedError('ERR_DER_VALUE_INVALID', { offset: node.offset, type: describeTag(node.tag) });
}
