import { utf8Encode } from '@onelock/core/bytes';
import {
  type CryptoOps,
  type PrivateKey,
  parsePrivateKey,
  type SignatureAlgorithm,
  sm2DefaultUserId,
} from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';

const minModulusBits = 2048;

const probes = {
  rsa: { kind: 'rsa-pkcs1v15', digest: 'sha256' },
  ec: { kind: 'ecdsa', digest: 'sha256' },
  sm2: { kind: 'sm2-sm3', userId: sm2DefaultUserId },
} as const satisfies Record<PrivateKey['kind'], SignatureAlgorithm>;

/**
 * Makes sure that a private key is the certificate's, by signing and verifying once: a token with another's certificate
 * would fail only at the bid.
 *
 * @returns the key, parsed
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID, and what a malformed key or certificate throws
 */
export function demandPair(ops: CryptoOps, pkcs8: Uint8Array, certificate: Uint8Array): PrivateKey {
  const privateKey = parsePrivateKey(pkcs8);
  const { publicKey } = parseCertificate(certificate);
  if (publicKey.kind === 'rsa' && publicKey.modulusBits < minModulusBits)
    throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: `RSA of ${publicKey.modulusBits} bits is too short` });
  if (publicKey.kind !== privateKey.kind || !matches(ops, privateKey, publicKey))
    throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'the certificate is of another key' });
  return privateKey;
}

function matches(
  ops: CryptoOps,
  privateKey: PrivateKey,
  publicKey: ReturnType<typeof parseCertificate>['publicKey'],
): boolean {
  const probe = utf8Encode('onelock: does this key belong to this certificate?');
  const algorithm = probes[privateKey.kind];
  return ops.verify(publicKey, algorithm, probe, ops.sign(privateKey, algorithm, probe));
}
