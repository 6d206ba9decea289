import { toHex } from '@onelock/core/bytes';
import type { Params, SignatureAlgorithmId } from '@onelock/core/contract';
import {
  type CryptoOps,
  type DigestAlgorithm,
  decodeEcdsaSignature,
  type PublicKey,
  type SignatureAlgorithm,
} from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { beginsWithLoginTag } from '@onelock/core/login';
import type { SessionId } from '@onelock/drivers/port';
import type { Content } from '../consent/question.ts';
import type { SigningKey } from './find-key.ts';
import type { AgentParts } from './parts.ts';

/** @throws {CodedError} ERR_LOGIN_TOKEN_FORBIDDEN_INPUT: only `authenticate` may sign what a server takes for a login */
export function refuseLogin(bytes: Uint8Array): void {
  if (beginsWithLoginTag(bytes)) throw new CodedError('ERR_LOGIN_TOKEN_FORBIDDEN_INPUT');
}

/** @throws {CodedError} ERR_CALL_UNSUPPORTED: the agent reaches no time-stamp authority */
export function refuseTimestamp(mode: Params<'signMessage'>['timestamp']): void {
  if (mode === 'require') throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'createTimestamp' });
}

/** Signs, and checks what the token gave before a page may show it as done. @throws {CodedError} ERR_SIGNATURE_INVALID */
export async function signChecked(
  { ops }: AgentParts,
  { target, publicKey }: Pick<SigningKey, 'target' | 'publicKey'>,
  session: SessionId,
  algorithm: SignatureAlgorithm,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const { driver } = target.present;
  const signature = await driver.sign(session, target.identityId, algorithm, { kind: 'message', bytes });
  if (!ops.verify(publicKey, algorithm, bytes, signature)) throw new CodedError('ERR_SIGNATURE_INVALID');
  return signature;
}

/** The digest that people of this key type know, for a window to show. */
export function shownDigest(key: PublicKey): 'sm3' | 'sha256' {
  return key.kind === 'sm2' ? 'sm3' : 'sha256';
}

/** Size and digest that the window shows. */
export function contentOf(ops: CryptoOps, key: PublicKey, bytes: Uint8Array): Content {
  const name = shownDigest(key);
  return shownContent(name, bytes.length, ops.digest(name, bytes));
}

const digestNames = { sm3: 'SM3', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;
export type ShownDigest = keyof typeof digestNames;

export function shownContent(name: ShownDigest, bytes: number, digest: Uint8Array): Content {
  return { bytes, digest: { algorithm: digestNames[name], hex: toHex(digest) } };
}

/** A digest that the contract and the windows have a name for. @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED */
export function namedDigest(algorithm: DigestAlgorithm): ShownDigest {
  if (Object.hasOwn(digestNames, algorithm)) return algorithm as ShownDigest;
  throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
}

export function encodeAs(encoding: 'der' | 'raw', key: PublicKey, signature: Uint8Array): Uint8Array {
  if (encoding === 'der' || (key.kind !== 'sm2' && key.kind !== 'ec')) return signature;
  return decodeEcdsaSignature(signature, key.kind === 'sm2' ? 'sm2' : key.curve);
}

/**
 * Messages are made with one algorithm per key; another that suits the key is not pretended.
 * @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED
 */
export function requireSame(asked: SignatureAlgorithm, made: SignatureAlgorithm, id: SignatureAlgorithmId): void {
  const digestOf = (algorithm: SignatureAlgorithm): string | undefined =>
    'digest' in algorithm ? algorithm.digest : undefined;
  if (asked.kind !== made.kind || digestOf(asked) !== digestOf(made))
    throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: id });
}

/** The clock of this computer, in whole seconds, as messages write it. */
export function signingTimeOf(now: Date): Date {
  return new Date(Math.floor(now.getTime() / 1000) * 1000);
}
