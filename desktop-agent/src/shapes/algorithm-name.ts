import { oids } from '@onelock/core/asn1';
import { digestOfOid } from '@onelock/core/crypto';

const signatureNames: ReadonlyMap<string, string> = new Map([
  [oids.sm2WithSm3, 'SM2-SM3'],
  [oids.sm2Sign, 'SM2-SM3'],
  [oids.rsassaPss, 'RSA-PSS'],
  [oids.rsaEncryption, 'RSA'],
  [oids.sha1WithRsaEncryption, 'RSA-SHA1'],
  [oids.sha224WithRsaEncryption, 'RSA-SHA224'],
  [oids.sha256WithRsaEncryption, 'RSA-SHA256'],
  [oids.sha384WithRsaEncryption, 'RSA-SHA384'],
  [oids.sha512WithRsaEncryption, 'RSA-SHA512'],
  [oids.ecdsaWithSha1, 'ECDSA-SHA1'],
  [oids.ecdsaWithSha224, 'ECDSA-SHA224'],
  [oids.ecdsaWithSha256, 'ECDSA-SHA256'],
  [oids.ecdsaWithSha384, 'ECDSA-SHA384'],
  [oids.ecdsaWithSha512, 'ECDSA-SHA512'],
  [oids.ed25519, 'Ed25519'],
  [oids.ed448, 'Ed448'],
]);

/** The contract's name of a signature algorithm, or the OID of one that has none. */
export function signatureAlgorithmName(oid: string): string {
  return signatureNames.get(oid) ?? oid;
}

/** The contract's name of a digest algorithm, or the OID of one that has none. */
export function digestAlgorithmName(oid: string): string {
  return digestOfOid(oid) ?? oid;
}
