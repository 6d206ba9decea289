import { toBase64Url, toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import type { Clock } from './ports/clock.ts';
import { spareRandom } from './spare-random.ts';

export type IdPrefix =
  | 'clr'
  | 'cod'
  | 'chl'
  | 'lgn'
  | 'ca'
  | 'req'
  | 'com'
  | 'crt'
  | 'sea'
  | 'chg'
  | 'opn'
  | 'imp'
  | 'pwh'
  | 'msg'
  | 'oic'
  | 'wat'
  | 'evt'
  | 'app'
  | 'pho'
  | 'ord'
  | 'nod'
  | 'whk'
  | 'cky';

/**
 * Prefix, 48 bits of time, 12 that count the identifiers of this millisecond, and 68 random bits: sorts by age, also among those that one
 * process makes at the same moment, cannot be guessed, says what it names.
 */
export function newId(prefix: IdPrefix, clock: Clock, ops: CryptoOps): string {
  const now = clock().getTime();
  const time = now.toString(16).padStart(12, '0');
  const count = countAt(clock, now).toString(16).padStart(3, '0');
  return `${prefix}_${time}${count}${toHex(spareRandom(ops, 9)).slice(1)}`;
}

interface Moment {
  ms: number;
  made: number;
}

const mostAtOnce = 0xfff;
const moments = new WeakMap<Clock, Moment>();

/** How many were made in this millisecond; the ones beyond 4,095 share a place. */
function countAt(clock: Clock, ms: number): number {
  const moment = moments.get(clock);
  if (moment?.ms !== ms) {
    moments.set(clock, { ms, made: 0 });
    return 0;
  }
  moment.made = Math.min(moment.made + 1, mostAtOnce);
  return moment.made;
}

/** A bearer token: 256 random bits. Shown once; only {@link secretDigest} of it is kept. */
export function newToken(ops: CryptoOps): string {
  return `olk_${toBase64Url(ops.random(32))}`;
}

const codeAlphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ'; // 30 signs, none of which is read for another
const codeGroups = 5;
const codeGroupLength = 5;

/** A one-time code that a person can type: 25 of 30 signs, some 122 bits. */
export function newCode(ops: CryptoOps): string {
  const signs = codeSigns(ops, codeGroups * codeGroupLength);
  return Array.from({ length: codeGroups }, (_, group) =>
    signs.slice(group * codeGroupLength, (group + 1) * codeGroupLength),
  ).join('-');
}

/** So many random signs of the alphabet that codes for people are made of. */
export function codeSigns(ops: CryptoOps, length: number): string {
  let signs = '';
  while (signs.length < length) {
    const [byte = 255] = ops.random(1);
    // 240 is the largest multiple of 30 in a byte: the rest would favour the first signs.
    if (byte < 240) signs += codeAlphabet.charAt(byte % codeAlphabet.length);
  }
  return signs;
}

/** How a person may have typed a code: case, spaces and hyphens do not count. */
export function normalizeCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '');
}

/** SHA-256 in hex of a secret of at least 120 random bits; no salt and no stretching are needed for those. */
export function secretDigest(secret: string, ops: CryptoOps): string {
  return toHex(ops.digest('sha256', new TextEncoder().encode(secret)));
}
