import { concatBytes, utf8Encode } from '@onelock/core/bytes';
import {
  type CryptoOps,
  encodeEcdsaSignature,
  type PublicKey,
  type SignatureAlgorithm,
  sm2DefaultUserId,
} from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { secretDigest } from '../identifiers.ts';
import { type RequestMessage, signatureBase } from './signature-base.ts';
import { type InnerList, type Parameters, readDictionary } from './structured-field.ts';

/** A request whose signature holds. It may be acted on once: whoever acts uses the nonce up. */
export interface SignedRequest {
  readonly callerId: string;
  readonly keyId: string;
  readonly nonceDigest: string;
  readonly expiresAt: string;
}

export interface SignaturePorts {
  readonly ops: CryptoOps;
  /** The key of a platform; undefined when there is none by that name. */
  readonly keyOf: (callerId: string, keyId: string) => PublicKey | undefined;
}

/** A signature counts for so long, and clocks of servers may differ by this much. */
const windowMs = 300_000;
const clockToleranceMs = 30_000;
const shortestRsaBits = 2_048;
const keyName = /^(clr_[0-9a-f]{32})\/([A-Za-z0-9._-]{1,60})$/;
const nonceShape = /^[\x21-\x7e]{16,128}$/;

/**
 * Verifies a signed request (RFC 9421): by a key of the platform that `keyid` names (`clr_…/key`), made within five minutes, over the method,
 * the whole address, the digest of the body and the Idempotency-Key, as far as there are any, with a nonce. The digest itself is compared
 * when the body comes (content-digest.ts).
 *
 * @throws {CodedError} ERR_AUTH_SIGNATURE_INVALID { rule }
 */
export function verifyRequest(ports: SignaturePorts, message: RequestMessage, now: Date): SignedRequest {
  const inputs = readDictionary('Signature-Input', message.values('signature-input').join(', '));
  const values = readDictionary('Signature', message.values('signature').join(', '));
  const [label, list] = ours(inputs);
  const value = values.get(label);
  if (!(value instanceof Uint8Array)) throw refused('Signature');
  const { callerId, keyId } = readKeyName(list.parameters);
  const { nonce, expires } = readWindow(list.parameters, now);
  requireCoverage(list, message);
  const key = ports.keyOf(callerId, keyId);
  if (key === undefined) throw refused('keyid');
  const base = utf8Encode(signatureBase(list, message));
  if (!holds(ports.ops, key, list.parameters.get('alg'), base, value)) throw refused('signature');
  return {
    ...{ callerId, keyId, expiresAt: expires.toISOString() },
    nonceDigest: secretDigest(`${callerId} ${nonce}`, ports.ops),
  };
}

const refused = (rule: string): CodedError => new CodedError('ERR_AUTH_SIGNATURE_INVALID', { rule });

/** The first that names a key of ours; others are for somebody else. */
function ours(inputs: ReadonlyMap<string, InnerList | Uint8Array>): readonly [string, InnerList] {
  for (const [label, input] of inputs) {
    if (input instanceof Uint8Array) throw refused('Signature-Input');
    const keyid = input.parameters.get('keyid');
    if (typeof keyid === 'string' && keyName.test(keyid)) return [label, input];
  }
  throw refused('keyid');
}

function readKeyName(parameters: Parameters): { readonly callerId: string; readonly keyId: string } {
  const [, callerId, keyId] = keyName.exec(String(parameters.get('keyid'))) ?? [];
  if (callerId === undefined || keyId === undefined) throw refused('keyid');
  return { callerId, keyId };
}

function readWindow(parameters: Parameters, now: Date): { readonly nonce: string; readonly expires: Date } {
  const created = parameters.get('created');
  const expires = parameters.get('expires');
  const nonce = parameters.get('nonce');
  if (typeof created !== 'number') throw refused('created');
  const age = now.getTime() - created * 1000;
  if (age < -clockToleranceMs || age > windowMs) throw refused('created');
  if (expires !== undefined && (typeof expires !== 'number' || expires * 1000 <= now.getTime()))
    throw refused('expires');
  if (typeof nonce !== 'string' || !nonceShape.test(nonce)) throw refused('nonce');
  // After this the time alone refuses it, so the nonce may be forgotten.
  return { nonce, expires: new Date(created * 1000 + windowMs + clockToleranceMs) };
}

/** What is not covered, somebody on the way could change. */
function requireCoverage({ items }: InnerList, { target, hasBody, values }: RequestMessage): void {
  const covered = new Set(items.map(({ value }) => value));
  const need = (name: string): void => {
    if (!covered.has(name)) throw refused(`component ${name}`);
  };
  need('@method');
  if (!covered.has('@target-uri')) {
    need('@authority');
    if (!covered.has('@request-target')) {
      need('@path');
      if (target.includes('?')) need('@query');
    }
  }
  if (hasBody) need('content-digest');
  if (values('idempotency-key').length > 0) need('idempotency-key');
}

/** Signatures by curves are r ‖ s (RFC 9421 §3.3.4); `sm2-sm3` likewise, by the default user id. */
function holds(ops: CryptoOps, key: PublicKey, alg: unknown, base: Uint8Array, signature: Uint8Array): boolean {
  const scheme = schemeFor(key, alg);
  try {
    const value = scheme.curve === undefined ? signature : encodeEcdsaSignature(signature, scheme.curve);
    return ops.verify(key, scheme.algorithm, concatBytes(base), value);
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}

interface Scheme {
  readonly algorithm: SignatureAlgorithm;
  readonly curve?: 'p256' | 'p384' | 'sm2';
}

const pss: SignatureAlgorithm = { kind: 'rsa-pss', digest: 'sha512', mgf1Digest: 'sha512', saltLength: 64 };

function schemeFor(key: PublicKey, alg: unknown): Scheme {
  const suits = (name: string): boolean => alg === undefined || alg === name;
  if (key.kind === 'sm2' && suits('sm2-sm3'))
    return { algorithm: { kind: 'sm2-sm3', userId: sm2DefaultUserId }, curve: 'sm2' };
  if (key.kind === 'ec' && key.curve === 'p256' && suits('ecdsa-p256-sha256'))
    return { algorithm: { kind: 'ecdsa', digest: 'sha256' }, curve: 'p256' };
  if (key.kind === 'ec' && key.curve === 'p384' && suits('ecdsa-p384-sha384'))
    return { algorithm: { kind: 'ecdsa', digest: 'sha384' }, curve: 'p384' };
  if (key.kind === 'rsa' && key.modulusBits >= shortestRsaBits) {
    if (suits('rsa-pss-sha512')) return { algorithm: pss };
    if (alg === 'rsa-v1_5-sha256' && key.pss === undefined)
      return { algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' } };
  }
  throw refused('alg');
}
