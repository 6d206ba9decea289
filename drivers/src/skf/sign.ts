import { constants, createPublicKey, publicDecrypt } from 'node:crypto';
import { equalBytes } from '@onelock/core/bytes';
import {
  type CryptoOps,
  type DigestAlgorithm,
  digestLengths,
  encodeEcdsaSignature,
  type PublicKey,
  type SignatureAlgorithm,
} from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { encodeDigestInfo } from '../keys/digest-info.ts';
import { isSm2Signature, sm2DigestOf } from '../keys/sm2-input.ts';
import type { SignInput, SkfQuirks } from '../port/index.ts';
import { keyOf } from './container-keys.ts';
import { exportCertificate, withContainer } from './containers.ts';
import { codedFailure } from './errors.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { decodeSignatureBlob } from './signature-blob.ts';
import type { OpenSession } from './skf-sessions.ts';

/** What signing needs besides the session. */
export interface Signer {
  readonly library: SkfLibrary;
  readonly ops: CryptoOps;
  readonly quirks: SkfQuirks;
}

const minModulusBits = 2048;
const signatureBlobRoom = 128 + 64;

/** Digests that a library which makes DigestInfo itself can tell by their length. */
const digestsByLength: readonly DigestAlgorithm[] = ['sha1', 'sha256', 'sha384', 'sha512'];

/**
 * Signs with a container's signing key and checks the signature by its certificate: a quirk that is configured wrongly
 * makes signatures that look right.
 *
 * @returns DER for SM2, modulus-length bytes for RSA
 * @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_TOKEN_NATIVE_FAILURE,
 *   ERR_REQUEST_INVALID for a digest of the wrong length
 */
export function signInContainer(
  signer: Signer,
  session: OpenSession,
  identityId: string,
  algorithm: SignatureAlgorithm,
  input: SignInput,
): Promise<Uint8Array> {
  return withContainer(signer.library, session.application, identityId, async (container) => {
    const key = await publicKeyOf(signer.library, container, session, identityId);
    if (key.kind === 'sm2' && algorithm.kind === 'sm2-sm3') return signSm2(signer, container, key, algorithm, input);
    if (key.kind === 'rsa' && algorithm.kind === 'rsa-pkcs1v15')
      return signRsa(signer, container, key, algorithm.digest, input);
    throw unsupported(algorithm.kind);
  });
}

async function publicKeyOf(
  library: SkfLibrary,
  container: SkfHandle,
  { publicKeys }: OpenSession,
  identityId: string,
): Promise<PublicKey> {
  const known = publicKeys.get(identityId);
  if (known !== undefined) return known;
  const { publicKey } = await keyOf(
    library,
    container,
    'signing',
    await exportCertificate(library, container, 'signing'),
  );
  publicKeys.set(identityId, publicKey);
  return publicKey;
}

/** GM/T 0016-2012 §7.6: SKF_ECCSignData takes e = SM3(ZA ‖ M), 32 bytes, and hashes nothing. */
async function signSm2(
  { library, ops, quirks }: Signer,
  container: SkfHandle,
  key: Extract<PublicKey, { kind: 'sm2' }>,
  algorithm: Extract<SignatureAlgorithm, { kind: 'sm2-sm3' }>,
  input: SignInput,
): Promise<Uint8Array> {
  const e = sm2DigestOf(ops, key, algorithm, input);
  const blob = Buffer.alloc(signatureBlobRoom);
  const value = await library.tryCall('SKF_ECCSignData', container, Buffer.from(e), e.length, blob);
  if (value !== 0) throw codedFailure('SKF_ECCSignData', value, { algorithm: 'sm2-sm3' });
  const raw = decodeSignatureBlob(blob, quirks.signatureAlignment ?? 'auto');
  if (raw === null) throw wrong('SKF_ECCSignData');
  const signature = encodeEcdsaSignature(raw, 'sm2');
  if (!isSm2Signature(ops, key, algorithm, input, signature)) throw wrong('SKF_ECCSignData');
  return signature;
}

async function signRsa(
  signer: Signer,
  container: SkfHandle,
  key: Extract<PublicKey, { kind: 'rsa' }>,
  digest: DigestAlgorithm,
  input: SignInput,
): Promise<Uint8Array> {
  if (key.modulusBits < minModulusBits) throw unsupported(`rsa-${key.modulusBits}`);
  const hash = input.kind === 'message' ? signer.ops.digest(digest, input.bytes) : input.bytes;
  const data = Buffer.from(rsaInput(signer.quirks, digest, hash));
  const signature = await signer.library.readBytes('SKF_RSASignData', [container, data, data.length], {
    algorithm: `rsa-pkcs1v15 ${digest}`,
  });
  if (signature.length !== Math.ceil(key.modulusBits / 8)) throw wrong('SKF_RSASignData');
  if (!isRsaSignature(key, encodeDigestInfo(digest, hash), signature)) throw wrong('SKF_RSASignData');
  return signature;
}

/** RFC 8017 §8.2.2 with the digest at hand instead of the message. */
function isRsaSignature({ spki }: PublicKey, digestInfo: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  try {
    return equalBytes(publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature), digestInfo);
  } catch {
    return false;
  }
}

/** The standard leaves open what SKF_RSASignData pads: vendors differ (GM/T 0016-2012 §7.6). */
function rsaInput({ rsaSignInput = 'digest-info' }: SkfQuirks, digest: DigestAlgorithm, hash: Uint8Array): Uint8Array {
  if (rsaSignInput === 'digest-info') return encodeDigestInfo(digest, hash);
  if (!digestsByLength.includes(digest)) throw unsupported(`rsa-pkcs1v15 ${digest}`);
  if (hash.length !== digestLengths[digest])
    throw new CodedError('ERR_REQUEST_INVALID', { field: 'digest', rule: `${digestLengths[digest]} bytes` });
  return hash;
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm });
}

/** The library said SAR_OK to what no verifier accepts. */
function wrong(api: string): CodedError {
  return new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api, name: 'SIGNATURE_DOES_NOT_VERIFY' });
}
