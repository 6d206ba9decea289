import { concatBytes, equalBytes, utf8Encode } from '../bytes/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { LoginDigest, LoginStatement } from './login-statement.ts';

/**
 * Domain tag, 16 bytes, that begins every login of every version: 0xFF ‖ ASCII `OneLock-Login` ‖ 0x00 ‖ 0xFF.
 *
 * 0xFF begins no UTF-8 text (RFC 3629 §3), no DER of universal SEQUENCE or SET (0x30, 0x31: a message's signed
 * attributes, a certificate, a request) and no SM3 or SHA-2 prefix that an honest caller would write, so the tag costs
 * nobody an input they need. A raw signature and a message without signed attributes sign the caller's bytes as they
 * are: both must refuse bytes that begin with it.
 */
export const loginTag: Uint8Array = concatBytes(
  Uint8Array.of(0xff),
  utf8Encode('OneLock-Login'),
  Uint8Array.of(0x00, 0xff),
);

const version = 0x01;
const purposeCodes = { login: 0x01 } as const;
const digestCodes: Readonly<Record<LoginDigest, number>> = { sm3: 0x01, sha256: 0x02 };

/** Smallest challenge: 256 bits from the server's generator. */
export const loginChallengeMinBytes = 32;
export const loginChallengeMaxBytes = 1024;

/**
 * The bytes that a login signs, 116 of them, every field at a fixed place and of a fixed length:
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 16 | {@link loginTag} |
 * | 16 | 1 | version, 0x01 |
 * | 17 | 1 | purpose, 0x01 = login |
 * | 18 | 1 | digest of the fields below: 0x01 = SM3, 0x02 = SHA-256 |
 * | 19 | 1 | 0x00 |
 * | 20 | 32 | digest of the origin's ASCII bytes |
 * | 52 | 32 | digest of the challenge |
 * | 84 | 32 | digest of the certificate's DER |
 *
 * No two statements share these bytes unless a digest collides. The key signs them as a message: SM2 with ZA and the
 * default user id, RSA PKCS#1 v1.5 or ECDSA with the digest of {@link loginScheme}.
 *
 * @throws {CodedError} ERR_LOGIN_TOKEN_MALFORMED { field } for an origin that is not a serialised origin or a challenge
 *   of a wrong length
 */
export function loginToBeSigned(statement: LoginStatement, ops: CryptoOps): Uint8Array {
  checkLoginOrigin(statement.origin);
  checkLoginChallenge(statement.challenge);
  return concatBytes(
    loginTag,
    Uint8Array.of(version, purposeCodes[statement.purpose], digestCodes[statement.digest], 0x00),
    ops.digest(statement.digest, utf8Encode(statement.origin)),
    ops.digest(statement.digest, statement.challenge),
    ops.digest(statement.digest, statement.certificate),
  );
}

/**
 * Whether bytes begin like a login of this or any later version. Whoever signs a caller's bytes (a raw signature, a
 * message with or without attributes, a file's head) asks this first and answers ERR_LOGIN_TOKEN_FORBIDDEN_INPUT.
 * Input shorter than the tag cannot be a login.
 */
export function beginsWithLoginTag(bytes: Uint8Array): boolean {
  return bytes.length >= loginTag.length && equalBytes(bytes.subarray(0, loginTag.length), loginTag);
}

/** @throws {CodedError} ERR_LOGIN_TOKEN_MALFORMED { field: 'origin' } unless text is an origin as a browser writes it */
export function checkLoginOrigin(origin: string): void {
  if (!isSerialisedOrigin(origin)) throw new CodedError('ERR_LOGIN_TOKEN_MALFORMED', { field: 'origin' });
}

/** @throws {CodedError} ERR_LOGIN_TOKEN_MALFORMED { field: 'challenge' } */
export function checkLoginChallenge(challenge: Uint8Array): void {
  if (challenge.length < loginChallengeMinBytes || challenge.length > loginChallengeMaxBytes)
    throw new CodedError('ERR_LOGIN_TOKEN_MALFORMED', { field: 'challenge' });
}

/** `null`, upper case, a path, a default port, credentials: all of these differ from what the URL parser gives back. */
function isSerialisedOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === origin;
}
