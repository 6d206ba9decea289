import { hash } from 'node:crypto';
import { equalBytes, toHex } from '@onelock/core/bytes';
import {
  type CryptoOps,
  type DigestAlgorithm,
  decodeEcdsaSignature,
  digestLengths,
  type EcCurve,
  encodeEcdsaSignature,
  type PublicKey,
  type SignatureAlgorithm,
  sm2DefaultUserId,
} from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { encodeDigestInfo } from '../keys/digest-info.ts';
import { sm2DigestOf } from '../keys/sm2-input.ts';
import type { Pkcs11Mechanisms, SignInput } from '../port/index.ts';
import { CKM_ECDSA, CKM_EDDSA, CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, type Mechanism } from './abi.ts';
import type { KeyObject } from './objects.ts';

/** How one signature is asked of C_SignInit and C_Sign, and what to make of the answer. */
export interface SignPlan {
  readonly mechanism: Mechanism;
  readonly data: Uint8Array;
  readonly decode: (signature: Uint8Array) => Uint8Array;
}

export interface TokenAbilities {
  readonly mechanisms: ReadonlySet<number>;
  /** The binding's tag for CK_RSA_PKCS_PSS_PARAMS. */
  readonly pssParameterType: number;
  /** The vendor's for SM2, where its configuration names them. */
  readonly sm2?: Pkcs11Mechanisms['sm2'];
}

/** CKM_x_RSA_PKCS, CKM_x and CKG_MGF1_x of each digest. SM3 has no standard numbers. */
const rsaDigests: Partial<Record<DigestAlgorithm, { rsaPkcs: number; digest: number; mgf1: number }>> = {
  sha1: { rsaPkcs: 0x06, digest: 0x220, mgf1: 1 },
  sha224: { rsaPkcs: 0x46, digest: 0x255, mgf1: 5 },
  sha256: { rsaPkcs: 0x40, digest: 0x250, mgf1: 2 },
  sha384: { rsaPkcs: 0x41, digest: 0x260, mgf1: 3 },
  sha512: { rsaPkcs: 0x42, digest: 0x270, mgf1: 4 },
};

/** CKA_EC_PARAMS of the curves that plain ECDSA is for. SM2's (1.2.156.10197.1.301) is not among them, on purpose. */
const ecdsaCurves: Readonly<Record<string, EcCurve>> = {
  '06082a8648ce3d030107': 'p256',
  '06052b81040022': 'p384',
  '06052b81040023': 'p521',
};

const minModulusBits = 2048;
const unchanged = (signature: Uint8Array): Uint8Array => signature;

/**
 * Chooses the mechanism for a signature of anything but SM2, which planSm2Signature is for.
 *
 * NOTE: PKCS#11 has no mechanism for SM2. A library that signs CKM_ECDSA with a key on the SM2 curve makes plain ECDSA,
 * which no verifier of GB/T 32918 accepts: it is never asked to.
 *
 * @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_REQUEST_INVALID for a digest of the wrong length
 */
export function planSignature(
  key: KeyObject,
  algorithm: SignatureAlgorithm,
  input: SignInput,
  token: TokenAbilities,
): SignPlan {
  if (algorithm.kind === 'ecdsa' && key.kind === 'ec') return planEcdsa(key, algorithm.digest, input);
  if (
    algorithm.kind === 'ed25519' &&
    key.kind === 'ed25519' &&
    input.kind === 'message' &&
    token.mechanisms.has(CKM_EDDSA)
  )
    return { mechanism: { mechanism: CKM_EDDSA }, data: input.bytes, decode: unchanged };
  if (key.kind !== 'rsa') throw unsupported(algorithm.kind);
  if (key.modulusBits !== null && key.modulusBits < minModulusBits) throw unsupported(`rsa-${key.modulusBits}`);
  if (algorithm.kind === 'rsa-pkcs1v15') return planPkcs1(algorithm.digest, input, token);
  if (algorithm.kind === 'rsa-pss') return planPss(algorithm, input, token);
  throw unsupported(algorithm.kind);
}

/**
 * SM2 by the vendor's mechanism: over e = SM3(ZA ‖ M), or over the message where the token digests it itself, which it does under the
 * default user id.
 *
 * @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED
 */
export function planSm2Signature(
  ops: CryptoOps,
  publicKey: Extract<PublicKey, { kind: 'sm2' }>,
  algorithm: Extract<SignatureAlgorithm, { kind: 'sm2-sm3' }>,
  input: SignInput,
  { sm2, mechanisms }: TokenAbilities,
): SignPlan {
  const way = sm2?.sign;
  if (way === undefined || !mechanisms.has(way.mechanism)) throw unsupported('sm2-sm3');
  if (way.input === 'message' && input.kind === 'digest') throw unsupported('sm2-sm3 (digest)');
  if (way.input === 'message' && !equalBytes(algorithm.userId, sm2DefaultUserId))
    throw unsupported('sm2-sm3 with another user id');
  const data = way.input === 'message' ? input.bytes : sm2DigestOf(ops, publicKey, algorithm, input);
  const decode = way.output === 'der' ? reencoded : (raw: Uint8Array) => encodeEcdsaSignature(raw, 'sm2');
  return { mechanism: { mechanism: way.mechanism }, data, decode };
}

/** Strict DER, whatever the token wrote. */
function reencoded(der: Uint8Array): Uint8Array {
  return encodeEcdsaSignature(decodeEcdsaSignature(der, 'sm2'), 'sm2');
}

function planPkcs1(digest: DigestAlgorithm, input: SignInput, token: TokenAbilities): SignPlan {
  const combined = rsaDigests[digest]?.rsaPkcs;
  // Some libraries, SoftHSM2 among them, refuse to sign nothing at all: then the digest is ours.
  if (input.kind === 'message' && input.bytes.length > 0 && combined !== undefined && token.mechanisms.has(combined))
    return { mechanism: { mechanism: combined }, data: input.bytes, decode: unchanged };
  if (!token.mechanisms.has(CKM_RSA_PKCS)) throw unsupported(`rsa-pkcs1v15 ${digest}`);
  const data = encodeDigestInfo(digest, digestOf(digest, input));
  return { mechanism: { mechanism: CKM_RSA_PKCS }, data, decode: unchanged };
}

function planPss(
  { digest, mgf1Digest, saltLength }: Extract<SignatureAlgorithm, { kind: 'rsa-pss' }>,
  input: SignInput,
  token: TokenAbilities,
): SignPlan {
  const hashAlg = rsaDigests[digest]?.digest;
  const mgf = rsaDigests[mgf1Digest]?.mgf1;
  if (hashAlg === undefined || mgf === undefined || !token.mechanisms.has(CKM_RSA_PKCS_PSS))
    throw unsupported(`rsa-pss ${digest}`);
  const parameter = { type: token.pssParameterType, hashAlg, mgf, saltLen: saltLength };
  return {
    mechanism: { mechanism: CKM_RSA_PKCS_PSS, parameter },
    data: digestOf(digest, input),
    decode: unchanged,
  };
}

function planEcdsa(key: KeyObject, digest: DigestAlgorithm, input: SignInput): SignPlan {
  const curve = key.curve === null ? undefined : ecdsaCurves[toHex(key.curve)];
  if (curve === undefined) throw unsupported('ecdsa on this curve');
  return {
    mechanism: { mechanism: CKM_ECDSA },
    data: digestOf(digest, input),
    decode: (raw) => encodeEcdsaSignature(raw, curve),
  };
}

function digestOf(algorithm: DigestAlgorithm, { kind, bytes }: SignInput): Uint8Array {
  if (kind === 'message') return hash(algorithm, bytes, 'buffer');
  if (bytes.length !== digestLengths[algorithm])
    throw new CodedError('ERR_REQUEST_INVALID', { field: 'digest', rule: `${digestLengths[algorithm]} bytes` });
  return bytes;
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm });
}
