import { readDer } from '../../asn1/reader.ts';
import { octetStringValue, unsignedIntegerBytes } from '../../asn1/values.ts';
import { derOctetString, derSequence, derUnsignedInteger } from '../../asn1/writer.ts';
import { concatBytes } from '../../bytes/compare.ts';
import { CodedError } from '../../errors/coded-error.ts';
import { curves } from '../curves.ts';
import type { Sm2CiphertextForm } from '../ops.ts';
import { decodePoint } from '../point.ts';

/** C1 (64 bytes X ‖ Y), C3 (32 bytes) and C2 of GB/T 32918.4-2016. */
export interface Sm2Ciphertext {
  readonly c1: Uint8Array;
  readonly c3: Uint8Array;
  readonly c2: Uint8Array;
}

export function encodeCiphertext({ c1, c3, c2 }: Sm2Ciphertext, form: Sm2CiphertextForm): Uint8Array {
  switch (form) {
    case 'c1c3c2':
      return concatBytes(Uint8Array.of(4), c1, c3, c2);
    case 'c1c2c3':
      return concatBytes(Uint8Array.of(4), c1, c2, c3);
    case 'asn1':
      return derSequence(
        derUnsignedInteger(c1.subarray(0, 32)),
        derUnsignedInteger(c1.subarray(32)),
        derOctetString(c3),
        derOctetString(c2),
      );
  }
}

/**
 * The ways to read a ciphertext, the likeliest first. With a form, that form alone (the two concatenations with or without the 04
 * in front); without one by the first byte: 30 is ASN.1, 04 a plain and 02 or 03 a compressed C1, anything else a C1 without its
 * mark. The two orders cannot be told apart by looking: C3 decides.
 */
export function readings(bytes: Uint8Array, form: Sm2CiphertextForm | undefined): readonly Sm2Ciphertext[] {
  if (form === 'asn1') return [readAsn1(bytes)].filter(isPresent);
  const split = (c1: Uint8Array | undefined, rest: Uint8Array): readonly Sm2Ciphertext[] => {
    if (c1 === undefined || rest.length <= 32) return [];
    const modern = { c1, c3: rest.subarray(0, 32), c2: rest.subarray(32) };
    const old = { c1, c3: rest.subarray(-32), c2: rest.subarray(0, -32) };
    return form === 'c1c3c2' ? [modern] : form === 'c1c2c3' ? [old] : [modern, old];
  };
  const unmarked = split(bytes.subarray(0, 64), bytes.subarray(64));
  switch (bytes[0]) {
    case 0x30:
      return [...(form === undefined ? [readAsn1(bytes)].filter(isPresent) : []), ...unmarked];
    case 4:
      return [...split(bytes.subarray(1, 65), bytes.subarray(65)), ...unmarked];
    case 2:
    case 3:
      return [...split(decompressed(bytes.subarray(0, 33)), bytes.subarray(33)), ...unmarked];
    default:
      return unmarked;
  }
}

const isPresent = (value: Sm2Ciphertext | undefined): value is Sm2Ciphertext => value !== undefined;

/** SM2Cipher of GM/T 0009-2012 §7.2: hash before cipher. */
function readAsn1(bytes: Uint8Array): Sm2Ciphertext | undefined {
  try {
    const fields = readDer(bytes).sequence();
    const x = unsignedIntegerBytes(fields.next());
    const y = unsignedIntegerBytes(fields.next());
    const c3 = octetStringValue(fields.next());
    const c2 = octetStringValue(fields.next());
    fields.finish();
    if (x.length > 32 || y.length > 32 || c3.length !== 32 || c2.length === 0) return undefined;
    const c1 = new Uint8Array(64);
    c1.set(x, 32 - x.length);
    c1.set(y, 64 - y.length);
    return { c1, c3, c2 };
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}

function decompressed(encoded: Uint8Array): Uint8Array | undefined {
  try {
    return decodePoint(curves.sm2, encoded).subarray(1);
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}
