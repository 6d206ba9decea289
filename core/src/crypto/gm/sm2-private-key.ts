import { readDer } from '../../asn1/reader.ts';
import { contextConstructed, contextPrimitive, derTag } from '../../asn1/tags.ts';
import { octetStringValue, wholeBitStringValue } from '../../asn1/values.ts';
import { concatBytes } from '../../bytes/compare.ts';
import { fromHex } from '../../bytes/hex.ts';
import { CodedError } from '../../errors/coded-error.ts';
import type { PrivateKey } from '../ops.ts';
import { requireSm2 } from './sm2-public-key.ts';

/** PKCS#8 of an SM2 key up to the scalar, and between the scalar and the point (GM/T 0009 §7.1 through RFC 5915). */
const beforeScalar = fromHex('308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420');
const beforePoint = fromHex('a14403420004');

export interface Sm2PrivateParts {
  /** 32 bytes, a copy: to be wiped by whoever asked. */
  readonly d: Uint8Array;
  /** The public key that travels in the PKCS#8, 64 bytes X ‖ Y, when there is one. */
  readonly point: Uint8Array | undefined;
}

/**
 * Takes an SM2 key apart. That d is in [1, n − 2] is proved by whoever computes with it.
 *
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH for another kind of key, ERR_CRYPTO_KEY_INVALID, ERR_DER_…
 */
export function readSm2PrivateKey(key: PrivateKey): Sm2PrivateParts {
  requireSm2(key);
  const outer = readDer(key.pkcs8).sequence();
  outer.next();
  outer.next();
  const fields = outer.read(derTag.octetString).nested().sequence();
  fields.next();
  const scalar = octetStringValue(fields.next());
  fields.optional(contextConstructed(0));
  const inner = fields.optional(contextConstructed(1))?.nested();
  outer.optional(contextConstructed(0));
  const attached = outer.optional(contextPrimitive(1));
  const point =
    inner !== undefined
      ? wholeBitStringValue(inner)
      : attached !== undefined
        ? wholeBitStringValue(attached, contextPrimitive(1))
        : undefined;
  return {
    d: padded(scalar),
    point: point?.length === 65 && point[0] === 4 ? new Uint8Array(point.subarray(1)) : undefined,
  };
}

/** Libraries that treat the scalar as a number write it shorter, or longer with zeros in front. */
function padded(scalar: Uint8Array): Uint8Array {
  const surplus = Math.max(0, scalar.length - 32);
  if (scalar.subarray(0, surplus).some((octet) => octet !== 0))
    throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'private key out of range' });
  // A buffer of its own: what V8 keeps inside its heap it may copy when it tidies up, and nobody overwrites the copy.
  const d = new Uint8Array(new ArrayBuffer(32));
  d.set(scalar.subarray(surplus), 32 - (scalar.length - surplus));
  return d;
}

/** d (32 bytes) and X ‖ Y (64 bytes) → PKCS#8 with the public key in it. */
export function buildSm2PrivateKey(d: Uint8Array, point: Uint8Array): PrivateKey {
  return { kind: 'sm2', pkcs8: concatBytes(beforeScalar, d, beforePoint, point) };
}
