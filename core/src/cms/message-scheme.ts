import { oids } from '../asn1/index.ts';
import {
  type DigestAlgorithm,
  digestOids,
  type PublicKey,
  type SignatureAlgorithm,
  sm2DefaultUserId,
} from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { MessageFamily } from './signed-data.ts';

/** The identifiers and computations of a message that we make. */
export interface MessageScheme {
  readonly family: MessageFamily;
  readonly signedDataType: string;
  readonly contentType: string;
  readonly digest: DigestAlgorithm;
  readonly digestOid: string;
  readonly signature: SignatureAlgorithm;
  readonly signatureOid: string;
  /** Whether the signature's AlgorithmIdentifier has NULL for parameters (RSA and GM/T 0010) or none (ECDSA). */
  readonly signatureHasNull: boolean;
}

const envelopes = {
  gm: { signedDataType: oids.gmSignedData, contentType: oids.gmData },
  pkcs7: { signedDataType: oids.signedData, contentType: oids.data },
} as const;

const curveDigests = {
  p256: { digest: 'sha256', signatureOid: oids.ecdsaWithSha256 },
  p384: { digest: 'sha384', signatureOid: oids.ecdsaWithSha384 },
  p521: { digest: 'sha512', signatureOid: oids.ecdsaWithSha512 },
} as const;

/**
 * How messages of a key are made: SM2 by GM/T 0010 (signature 301.1), RSA with SHA-256 by PKCS#7 (`rsaEncryption`), ECDSA
 * by RFC 5753 with its curve's digest.
 *
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED: another key, or `gm` for a key that is not SM2
 */
export function messageScheme(key: PublicKey, asked: MessageFamily | undefined): MessageScheme {
  const family = asked ?? (key.kind === 'sm2' ? 'gm' : 'pkcs7');
  if (family === 'gm' && key.kind !== 'sm2') throw unsupported(`GM/T 0010 ${key.kind}`);
  const envelope = { family, ...envelopes[family] };
  switch (key.kind) {
    case 'sm2':
      return {
        ...envelope,
        digest: 'sm3',
        digestOid: digestOids.sm3,
        signature: { kind: 'sm2-sm3', userId: sm2DefaultUserId },
        signatureOid: oids.sm2Sign,
        signatureHasNull: true,
      };
    case 'rsa':
      return {
        ...envelope,
        digest: 'sha256',
        digestOid: digestOids.sha256,
        signature: { kind: 'rsa-pkcs1v15', digest: 'sha256' },
        signatureOid: oids.rsaEncryption,
        signatureHasNull: true,
      };
    case 'ec': {
      const { digest, signatureOid } = curveDigests[key.curve];
      return {
        ...envelope,
        digest,
        digestOid: digestOids[digest],
        signature: { kind: 'ecdsa', digest },
        signatureOid,
        signatureHasNull: false,
      };
    }
    default:
      throw unsupported(key.kind === 'unsupported' ? key.algorithm : key.kind);
  }
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
}
