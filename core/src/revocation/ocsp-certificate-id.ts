import {
  type DerNode,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derTag,
  derValue,
  integerBytes,
  octetStringValue,
  readDer,
  wholeBitStringValue,
} from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import {
  type AlgorithmIdentifier,
  type CryptoOps,
  type DigestAlgorithm,
  digestOfOid,
  digestOids,
  parseAlgorithmIdentifier,
} from '../crypto/index.ts';

/** CertID, RFC 6960 §4.1.1: a certificate named by digests of its issuer's name and key, and its serial number. */
export interface OcspCertificateId {
  readonly hashAlgorithm: AlgorithmIdentifier;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Contents of the INTEGER. */
  readonly serialNumberBytes: Uint8Array;
}

/** Who issued a certificate, as far as a CertID knows. */
export interface IssuerIdentity {
  /** DER of the name. */
  readonly nameDer: Uint8Array;
  readonly spki: Uint8Array;
}

export function parseCertificateId(node: DerNode): OcspCertificateId {
  const fields = node.sequence();
  const hashAlgorithm = parseAlgorithmIdentifier(fields.next());
  const issuerNameHash = octetStringValue(fields.next());
  const issuerKeyHash = octetStringValue(fields.next());
  const serialNumberBytes = integerBytes(fields.next());
  fields.finish();
  return { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumberBytes };
}

/** @param serialNumber  contents of the INTEGER */
export function encodeCertificateId(
  digest: DigestAlgorithm,
  issuer: IssuerIdentity,
  serialNumber: Uint8Array,
  ops: CryptoOps,
): Uint8Array {
  return derSequence(
    derSequence(derOid(digestOids[digest]), derNull()),
    derOctetString(ops.digest(digest, issuer.nameDer)),
    derOctetString(ops.digest(digest, keyBits(issuer.spki))),
    derValue(derTag.integer, serialNumber.length === 0 ? derInteger(0).subarray(2) : serialNumber),
  );
}

/**
 * Whether a CertID names this issuer. A digest we do not do names nobody.
 *
 * NOTE: SHA-1 is what nearly every responder writes, those of SM2 CAs too, and only has to tell issuers apart;
 * what is trusted is the signature.
 */
export function namesIssuer(id: OcspCertificateId, issuer: IssuerIdentity, ops: CryptoOps): boolean {
  const digest = digestOfOid(id.hashAlgorithm.oid);
  if (digest === undefined) return false;
  return (
    equalBytes(id.issuerNameHash, ops.digest(digest, issuer.nameDer)) &&
    equalBytes(id.issuerKeyHash, ops.digest(digest, keyBits(issuer.spki)))
  );
}

/** The BIT STRING of a SubjectPublicKeyInfo without its unused-bits octet: what responders and CertIDs digest. */
export function keyBits(spki: Uint8Array): Uint8Array {
  const fields = readDer(spki).sequence();
  fields.next();
  return wholeBitStringValue(fields.next());
}
