import { createPublicKey } from 'node:crypto';
import { derBitString, derOid, derSequence, oids, readDer } from '@onelock/core/asn1';
import { parsePublicKey } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';

/** Attributes of a public key; undefined where the token has none. */
export interface PublicKeyAttributes {
  readonly modulus: Buffer | undefined;
  readonly exponent: Buffer | undefined;
  /** CKA_EC_PARAMS */
  readonly parameters: Buffer | undefined;
  /** CKA_EC_POINT */
  readonly point: Buffer | undefined;
}

const ed25519 = '06032b6570';
const ed25519Name = '130c656477617264733235353139';

/** SubjectPublicKeyInfo (DER) of a key that PKCS#11 shows in parts; null for one that we do not understand. */
export function spkiOf({ modulus, exponent, parameters, point }: PublicKeyAttributes): Uint8Array | null {
  try {
    if (modulus?.length && exponent?.length) return checked(rsaSpki(modulus, exponent));
    return parameters?.length && point?.length ? checked(pointSpki(parameters, pointOf(point))) : null;
  } catch (error) {
    if (isCodedError(error) || error instanceof Error) return null;
    throw error;
  }
}

function rsaSpki(modulus: Buffer, exponent: Buffer): Uint8Array {
  const jwk = { kty: 'RSA', n: unpadded(modulus).toString('base64url'), e: unpadded(exponent).toString('base64url') };
  return new Uint8Array(createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' }));
}

function pointSpki(parameters: Buffer, point: Uint8Array): Uint8Array {
  const curve = parameters.toString('hex');
  if (curve === ed25519 || curve === ed25519Name)
    return derSequence(derSequence(derOid(oids.ed25519)), derBitString(point));
  return derSequence(derSequence(derOid(oids.ecPublicKey), new Uint8Array(parameters)), derBitString(point));
}

/** An OCTET STRING around the point by the standard; some tokens give the point itself. */
function pointOf(value: Buffer): Uint8Array {
  const wrapped = value[0] === 0x04 && value.length > 2 && value[1] === value.length - 2;
  return wrapped ? readDer(new Uint8Array(value)).content : new Uint8Array(value);
}

function unpadded(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  return number.subarray(Math.max(0, first));
}

function checked(spki: Uint8Array): Uint8Array | null {
  return parsePublicKey(spki).kind === 'unsupported' ? null : spki;
}
