import { readDer } from '../asn1/reader.ts';
import { derTag } from '../asn1/tags.ts';
import { octetStringValue, unsignedIntegerBytes } from '../asn1/values.ts';
import { derOctetString, derSequence, derUnsignedInteger } from '../asn1/writer.ts';
import { concatBytes } from '../bytes/compare.ts';
import { CodedError } from '../errors/coded-error.ts';

/** The parts of a ciphertext of GB/T 32918.4: C1 as 04 ‖ X ‖ Y (65 octets), C2 as long as the message, C3 of 32 octets. */
export interface Sm2Ciphertext {
  readonly c1: Uint8Array;
  readonly c2: Uint8Array;
  readonly c3: Uint8Array;
}

const coordinate = 32;
const hashLength = 32;

/** DER of SM2Cipher, GB/T 35276 §7.2: SEQUENCE { x INTEGER, y INTEGER, hash OCTET STRING, cipherText OCTET STRING }. */
export function encodeSm2Cipher({ c1, c2, c3 }: Sm2Ciphertext): Uint8Array {
  return derSequence(
    derUnsignedInteger(c1.subarray(1, 1 + coordinate)),
    derUnsignedInteger(c1.subarray(1 + coordinate)),
    derOctetString(c3),
    derOctetString(c2),
  );
}

/** @throws {CodedError} ERR_ENVELOPE_MALFORMED { field, offset }, ERR_DER_… */
export function decodeSm2Cipher(der: Uint8Array): Sm2Ciphertext {
  const fields = readDer(der).sequence();
  const x = unsignedIntegerBytes(fields.read(derTag.integer));
  const y = unsignedIntegerBytes(fields.read(derTag.integer));
  const hashNode = fields.next();
  const c3 = octetStringValue(hashNode);
  const c2 = octetStringValue(fields.next());
  fields.finish();
  if (x.length > coordinate || y.length > coordinate || c3.length !== hashLength || c2.length === 0)
    throw new CodedError('ERR_ENVELOPE_MALFORMED', { field: 'SM2Cipher', offset: hashNode.offset });
  return { c1: concatBytes(Uint8Array.of(4), padded(x), padded(y)), c2, c3 };
}

/** Ways in which SM2 ciphertexts that are not DER are laid out; `bare` has no 04 before C1. */
export type RawSm2Layout = 'c1c3c2' | 'c1c2c3' | 'c1c3c2-bare' | 'c1c2c3-bare';

/**
 * What a ciphertext that is not DER may be, the likeliest first; only decryption tells which, by C3. Empty when it is too
 * short to be any.
 */
export function rawSm2Candidates(
  bytes: Uint8Array,
): readonly { readonly layout: RawSm2Layout; readonly ciphertext: Sm2Ciphertext }[] {
  const marked = bytes[0] === 4 && bytes.length > 1 + 2 * coordinate + hashLength;
  const bare = bytes.length > 2 * coordinate + hashLength;
  return [...(marked ? layouts(bytes.subarray(1), '') : []), ...(bare ? layouts(bytes, '-bare') : [])];
}

function layouts(
  bytes: Uint8Array,
  suffix: '' | '-bare',
): readonly { readonly layout: RawSm2Layout; readonly ciphertext: Sm2Ciphertext }[] {
  const c1 = concatBytes(Uint8Array.of(4), bytes.subarray(0, 2 * coordinate));
  const rest = bytes.subarray(2 * coordinate);
  const split = rest.length - hashLength;
  return [
    { layout: `c1c3c2${suffix}`, ciphertext: { c1, c3: rest.subarray(0, hashLength), c2: rest.subarray(hashLength) } },
    { layout: `c1c2c3${suffix}`, ciphertext: { c1, c2: rest.subarray(0, split), c3: rest.subarray(split) } },
  ];
}

function padded(digits: Uint8Array): Uint8Array {
  const whole = new Uint8Array(coordinate);
  whole.set(digits, coordinate - digits.length);
  return whole;
}
