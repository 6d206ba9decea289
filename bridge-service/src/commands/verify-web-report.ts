import { createPublicKey, type JsonWebKeyInput, verify } from 'node:crypto';
import { fromBase64Url, utf8Decode, utf8Encode } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { reportType } from '../secrets/web-report-key.ts';
import type { VerifiedReport } from './report-verify.ts';

const compact = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
export const isWebReport = (text: string): boolean => compact.test(text);

/** Which algorithm a key is for is the key's to say: the header may only agree. */
const algorithms: Readonly<Record<string, string>> = { EC: 'ES256', RSA: 'RS256' };

/**
 * Verifies a report in JWS (RFC 7515), offline.
 *
 * @param keySets  texts of JWK Sets, or of answers of `GET /v1/report-signer`
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE for what is no JWS, or no key set
 */
export function verifyWebReport(
  text: string,
  keySets: readonly { readonly file: string; readonly text: string }[],
): VerifiedReport {
  const [head = '', content = '', value = ''] = text.split('.');
  const header = parsed('JWS', utf8Decode(fromBase64Url(head)));
  const signer = typeof header.kid === 'string' ? header.kid : '';
  const keys = keySets.flatMap(({ file, text: set }) => keysOf(parsed(file, set)));
  const key = keys.find(({ kid }) => kid === signer);
  if (key === undefined)
    return {
      ...{ indication: 'indeterminate', signer, report: null },
      reason: { code: 'ERR_PATH_UNKNOWN_ISSUER', params: { issuer: signer } },
    };
  const expected = algorithms[String(key.kty)];
  const suits =
    header.alg === expected && expected !== undefined && header.typ === reportType && header.crit === undefined;
  const signed =
    suits &&
    verify(
      'sha256',
      utf8Encode(`${head}.${content}`),
      { key: createPublicKey({ key, format: 'jwk' } as JsonWebKeyInput), dsaEncoding: 'ieee-p1363' },
      fromBase64Url(value),
    );
  if (!signed)
    return {
      ...{ indication: 'failed', signer, report: null },
      reason: { code: 'ERR_SIGNATURE_INVALID', params: {} },
    };
  return { indication: 'passed', signer, report: JSON.parse(utf8Decode(fromBase64Url(content))) as unknown };
}

function keysOf(set: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  const { jwks, keys } = set;
  const found = keys ?? (typeof jwks === 'object' && jwks !== null && 'keys' in jwks ? jwks.keys : undefined);
  return Array.isArray(found) ? (found as Readonly<Record<string, unknown>>[]) : [];
}

function parsed(file: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause: error });
  }
  throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file });
}
