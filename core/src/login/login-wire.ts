import { fromBase64, toBase64 } from '../bytes/index.ts';
import { CodedError } from '../errors/index.ts';
import { checkLoginChallenge, checkLoginOrigin } from './login-to-be-signed.ts';
import type { LoginAlgorithm, LoginToken, LoginTokenWire } from './login-token.ts';

const fields = ['version', 'origin', 'challenge', 'certificate', 'algorithm', 'signature'] as const;
const algorithms: readonly LoginAlgorithm[] = ['SM2-SM3', 'RSA-SHA256', 'ECDSA-SHA256', 'ECDSA-SHA384', 'ECDSA-SHA512'];

/** Largest base64 text of a field: a certificate of 64 KiB. */
const maxFieldLength = 87_384;

/** The token as a page receives it and sends it to its server. */
export function encodeLoginToken(token: LoginToken): LoginTokenWire {
  return {
    version: token.version,
    origin: token.origin,
    challenge: toBase64(token.challenge),
    certificate: toBase64(token.certificate),
    algorithm: token.algorithm,
    signature: toBase64(token.signature),
  };
}

/**
 * Reads a token that came over the wire. Exactly the known fields, strict base64, an origin as a browser writes it.
 *
 * @throws {CodedError} ERR_LOGIN_TOKEN_MALFORMED { field }: the first field that is wrong, unknown or absent
 */
export function parseLoginToken(value: unknown): LoginToken {
  const record = recordOf(value);
  if (record.version !== 1) throw malformed('version');
  const origin = textOf(record, 'origin');
  checkLoginOrigin(origin);
  const challenge = bytesOf(record, 'challenge');
  checkLoginChallenge(challenge);
  const algorithm = algorithms.find((known) => known === record.algorithm);
  if (algorithm === undefined) throw malformed('algorithm');
  return {
    version: 1,
    origin,
    challenge,
    certificate: bytesOf(record, 'certificate'),
    algorithm,
    signature: bytesOf(record, 'signature'),
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('token');
  const record: Record<string, unknown> = { ...value };
  for (const field of fields) if (!Object.hasOwn(record, field)) throw malformed(field);
  if (Object.keys(record).some((key) => !(fields as readonly string[]).includes(key))) throw malformed('token');
  return record;
}

function textOf(record: Readonly<Record<string, unknown>>, field: string): string {
  const value = record[field];
  if (typeof value !== 'string' || value.length === 0 || value.length > maxFieldLength) throw malformed(field);
  return value;
}

function bytesOf(record: Readonly<Record<string, unknown>>, field: string): Uint8Array {
  const text = textOf(record, field);
  try {
    return fromBase64(text);
  } catch (cause) {
    throw new CodedError('ERR_LOGIN_TOKEN_MALFORMED', { field }, { cause });
  }
}

function malformed(field: string): CodedError {
  return new CodedError('ERR_LOGIN_TOKEN_MALFORMED', { field });
}
