import { derBitString, derExplicit, derInteger, derOctetString, derOid, derSequence, oids } from '@onelock/core/asn1';

const algorithm = derSequence(derOid(oids.ecPublicKey), derOid(oids.sm2));

/** PKCS#8 of an SM2 scalar without the public key, which the engine then derives. */
export function sm2Pkcs8(scalar: Uint8Array): Uint8Array {
  return derSequence(derInteger(0), algorithm, derOctetString(derSequence(derInteger(1), derOctetString(scalar))));
}

/** PKCS#8 of an SM2 scalar with a public point, right or wrong. */
export function sm2Pkcs8With(scalar: Uint8Array, point: Uint8Array): Uint8Array {
  const inner = derSequence(derInteger(1), derOctetString(scalar), derExplicit(1, derBitString(point)));
  return derSequence(derInteger(0), algorithm, derOctetString(inner));
}

/** SubjectPublicKeyInfo of an SM2 point. */
export function sm2Spki(point: Uint8Array): Uint8Array {
  return derSequence(algorithm, derBitString(point));
}
