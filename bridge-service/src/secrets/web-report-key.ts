import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto';
import { toBase64Url, utf8Encode } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { readOrMakeSecret } from './secret-file.ts';

/** A public key as RFC 7517 writes it. */
export interface ReportJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly use: 'sig';
  readonly [member: string]: string;
}

/** Signs reports in the form that web libraries read (JWS, RFC 7515). No algorithm of JWS is SM2: this key stands beside the service's SM2 key. */
export interface WebReportKey {
  readonly jwk: ReportJwk;
  /** Compact serialization, RFC 7515 §3.1. */
  sign(content: Uint8Array): string;
}

const fileName = 'report-jws-key.pem';
/** Says what is signed, so that no token of another purpose passes for a report (RFC 8725 §3.11). */
export const reportType = 'onelock-report+jws';

/**
 * Reads the key from the folder of secrets: P-256 (ES256), made at a first start, or an RSA key of 2048 bits or more that somebody put there
 * (RS256). Nodes on one database share the folder's content.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID for any other key
 */
export function loadWebReportKey(folder: string): WebReportKey {
  const text = readOrMakeSecret(folder, fileName, () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  });
  const key = readKey(text);
  const alg = algorithmOf(key);
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const members = Object.entries(jwk).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const named: ReportJwk = {
    ...Object.fromEntries(members),
    kty: String(jwk.kty),
    kid: thumbprint(jwk),
    alg,
    use: 'sig',
  };
  const header = { alg, kid: named.kid, typ: reportType, cty: 'application/json' };
  return {
    jwk: named,
    sign: (content) => {
      const input = `${toBase64Url(utf8Encode(JSON.stringify(header)))}.${toBase64Url(content)}`;
      const value = sign('sha256', utf8Encode(input), { key, dsaEncoding: 'ieee-p1363' });
      return `${input}.${toBase64Url(new Uint8Array(value))}`;
    },
  };
}

const unfit = (cause?: unknown): CodedError =>
  new CodedError(
    'ERR_SERVICE_CONFIG_INVALID',
    { key: fileName, rule: 'a P-256 or RSA private key (PKCS#8, PEM)' },
    { cause },
  );

function readKey(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw unfit(error);
  }
}

function algorithmOf(key: KeyObject): 'ES256' | 'RS256' {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'ES256';
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) return 'RS256';
  throw unfit();
}

/** RFC 7638: the required members in their order. */
function thumbprint({ kty, crv, x, y, e, n }: JsonWebKey): string {
  const required = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  return createHash('sha256').update(JSON.stringify(required)).digest('base64url');
}
