import { utf8Decode, utf8Encode } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';

const maxDepth = 12;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON in the one form that is signed (RFC 8785): keys sorted by UTF-16 units, no white space, UTF-8.
 *
 * @throws {CodedError} ERR_DRIVER_MANIFEST_MALFORMED for what JSON cannot say
 */
export function encodeCanonicalJson(value: Json): Uint8Array {
  return utf8Encode(write(value, 0));
}

/**
 * Reads what {@link encodeCanonicalJson} writes and nothing else: a second form of the same value (white space, a
 * duplicate key, an escape that need not be, a number that does not survive) is refused, so that no two programs can read
 * the same signed bytes differently. Work is bounded by the length and by {@link maxDepth}.
 *
 * @throws {CodedError} ERR_DRIVER_MANIFEST_MALFORMED { field: '', rule }
 */
export function parseCanonicalJson(bytes: Uint8Array, maxBytes: number): Json {
  const value = readJson(bytes, maxBytes);
  const again = utf8Encode(write(value, 0));
  if (again.length !== bytes.length || again.some((byte, at) => byte !== bytes[at])) throw malformed('canonical JSON');
  return value;
}

/**
 * Reads JSON of any form, with the same bounds: what a vendor writes by hand before it is signed.
 * @throws {CodedError} ERR_DRIVER_MANIFEST_MALFORMED
 */
export function readJson(bytes: Uint8Array, maxBytes: number): Json {
  if (bytes.length > maxBytes) throw malformed(`at most ${maxBytes} bytes`);
  const text = decode(bytes);
  checkDepth(text);
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw malformed('JSON', cause);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8Decode(bytes);
  } catch (cause) {
    throw malformed('UTF-8', cause);
  }
}

/** Before anything recursive sees it. */
function checkDepth(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > maxDepth) throw malformed(`at most ${maxDepth} levels`);
    } else if (character === '}' || character === ']') depth -= 1;
  }
}

function write(value: Json, depth: number): string {
  if (depth > maxDepth) throw malformed(`at most ${maxDepth} levels`);
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw malformed('a finite number');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => write(item, depth + 1)).join(',')}]`;
  const members = Object.entries(value as { readonly [key: string]: Json })
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => {
      if (forbiddenKeys.has(key)) throw malformed(`no key ${key}`);
      return `${writeText(key)}:${write(member, depth + 1)}`;
    });
  return `{${members.join(',')}}`;
}

function writeText(text: string): string {
  if (!text.isWellFormed()) throw malformed('no lone surrogate');
  return JSON.stringify(text);
}

function malformed(rule: string, cause?: unknown): CodedError {
  return new CodedError('ERR_DRIVER_MANIFEST_MALFORMED', { field: '', rule }, { cause });
}
