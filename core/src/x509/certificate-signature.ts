import { oidName } from '../asn1/oid-registry.ts';
import type { CryptoOps, PublicKey } from '../crypto/ops.ts';
import { parseSignatureAlgorithm } from '../crypto/signature-algorithm.ts';
import { CodedError } from '../errors/coded-error.ts';
import type { Certificate } from './certificate.ts';

/**
 * Whether this key made the signature on the certificate: mathematics only, nothing about trust. SM2 signatures are
 * checked with the default user id of GM/T 0009 §10 unless another (for instance the empty one) is given.
 *
 * @param sm2UserId  hashed into ZA; ignored for other keys
 * @throws {CodedError} ERR_X509_SIGNATURE_ALGORITHMS_DIFFER, ERR_SIGNATURE_ALGORITHM_MISMATCH,
 *   ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_CRYPTO_KEY_INVALID
 */
export function verifyCertificateSignature(
  certificate: Certificate,
  issuerKey: PublicKey,
  ops: CryptoOps,
  sm2UserId?: Uint8Array,
): boolean {
  if (!certificate.signatureAlgorithmsMatch) {
    const { signatureAlgorithm: outer, tbsSignatureAlgorithm: inner } = certificate;
    throw new CodedError('ERR_X509_SIGNATURE_ALGORITHMS_DIFFER', {
      outer: oidName(outer.oid) ?? outer.oid,
      inner: oidName(inner.oid) ?? inner.oid,
    });
  }
  const algorithm = parseSignatureAlgorithm(certificate.signatureAlgorithm, issuerKey, sm2UserId);
  return ops.verify(issuerKey, algorithm, certificate.tbs, certificate.signature);
}
