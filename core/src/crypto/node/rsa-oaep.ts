import { constants, type KeyObject, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { concatBytes } from '../../bytes/compare.ts';
import type { KeyEncryption } from '../cipher-ops.ts';
import { digestLengths } from '../digest-oids.ts';
import type { DigestAlgorithm } from '../ops.ts';
import { bytesOf, digest } from './digest.ts';

export type OaepScheme = Extract<KeyEncryption, { readonly kind: 'rsa-oaep' }>;

const noOctets = new Uint8Array(0);

/**
 * RSAES-OAEP (RFC 8017 §7.1.1) with two digests, which Node's own does not do: Java writes SHA-256 with a mask by SHA-1.
 *
 * @throws {RangeError} a message too long for the key
 */
export function encryptOaep(key: KeyObject, scheme: OaepScheme, message: Uint8Array): Uint8Array {
  const { digest: name, mgf1Digest, label = noOctets } = scheme;
  const hashLength = digestLengths[name];
  const octets = modulusOctets(key);
  const block = new Uint8Array(octets - hashLength - 1);
  const messageAt = block.length - message.length;
  if (messageAt < hashLength + 1) throw new RangeError('message too long for the key');
  block.set(digest(name, label));
  block[messageAt - 1] = 1;
  block.set(message, messageAt);
  const seed = bytesOf(randomBytes(hashLength));
  mask(block, seed, mgf1Digest);
  mask(seed, block, mgf1Digest);
  const encoded = concatBytes(Uint8Array.of(0), seed, block);
  return bytesOf(publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded));
}

/**
 * The reverse, §7.1.2. Every octet is looked at whatever the others are, so that a wrong first octet, label or padding cannot be
 * told apart (Manger's attack).
 *
 * @param encrypted  as long as the modulus
 * @throws {RangeError} whatever is wrong; or what the engine throws for a number beyond the modulus, which is public
 */
export function decryptOaep(key: KeyObject, scheme: OaepScheme, encrypted: Uint8Array): Uint8Array {
  const { digest: name, mgf1Digest, label = noOctets } = scheme;
  const hashLength = digestLengths[name];
  const octets = modulusOctets(key);
  if (octets < 2 * hashLength + 2) throw new RangeError('length');
  const encoded = bytesOf(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted));
  const seed = encoded.subarray(1, 1 + hashLength);
  const block = encoded.subarray(1 + hashLength);
  mask(seed, block, mgf1Digest);
  mask(block, seed, mgf1Digest);
  const labelHash = digest(name, label);
  let wrong = encoded[0] ?? 1;
  for (let index = 0; index < hashLength; index++) wrong |= (block[index] ?? 0) ^ (labelHash[index] ?? 0);
  let searching = 1;
  let messageAt = 0;
  for (let index = hashLength; index < block.length; index++) {
    const octet = block[index] ?? 0;
    const isZero = (octet - 1) >>> 31;
    const isOne = ((octet ^ 1) - 1) >>> 31;
    messageAt += searching * isOne * (index + 1);
    wrong |= searching & ~(isZero | isOne);
    searching &= isZero;
  }
  const fits = (wrong | searching) === 0;
  const message = fits ? block.slice(messageAt) : noOctets;
  encoded.fill(0);
  if (!fits) throw new RangeError('padding');
  return message;
}

/** The length of every ciphertext of an RSA key. */
export const modulusOctets = (key: KeyObject): number => Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);

/** MGF1 of RFC 8017 appendix B.2.1 over the seed, added to the target. */
function mask(target: Uint8Array, seed: Uint8Array, name: DigestAlgorithm): void {
  const counter = new Uint8Array(4);
  const view = new DataView(counter.buffer);
  const step = digestLengths[name];
  for (let start = 0; start < target.length; start += step) {
    view.setUint32(0, start / step);
    const block = digest(name, seed, counter);
    const length = Math.min(step, target.length - start);
    for (let index = 0; index < length; index++)
      target[start + index] = (target[start + index] ?? 0) ^ (block[index] ?? 0);
  }
}
