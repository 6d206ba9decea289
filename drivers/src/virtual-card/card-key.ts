import {
  constants,
  createECDH,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  randomBytes,
} from 'node:crypto';
import { fromBase64Url, toHex } from '@onelock/core/bytes';
import { encodeEcdsaSignature } from '@onelock/core/crypto';

/** The private operations of PIV's keys on bytes, as a card's arithmetic unit does them: no digest, no padding. */
export interface CardKey {
  readonly kind: 'rsa' | 'p256';
  /** Modulus and exponent, or the point 04 ‖ X ‖ Y. */
  readonly publicParts:
    | { readonly modulus: Uint8Array; readonly exponent: Uint8Array }
    | { readonly point: Uint8Array };
  /** m^d mod n, modulus-length in and out; null when the number is not below the modulus. */
  exponentiate(block: Uint8Array): Uint8Array | null;
  /** ECDSA of a digest, DER. */
  signDigest(digest: Uint8Array): Uint8Array;
  /** The X coordinate of d·Q; null for a point that is not on the curve. */
  agree(point: Uint8Array): Uint8Array | null;
}

const curve = 'prime256v1';
/** Order of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

export function importCardKey(pkcs8: Uint8Array): CardKey {
  return cardKey(createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }));
}

export function generateCardKey(kind: CardKey['kind']): CardKey {
  if (kind === 'rsa') return cardKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
  return cardKey(generateKeyPairSync('ec', { namedCurve: curve }).privateKey);
}

function cardKey(key: KeyObject): CardKey {
  const jwk = key.export({ format: 'jwk' });
  if (key.asymmetricKeyType === 'rsa') {
    const { n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' });
    return { kind: 'rsa', publicParts: { modulus: fromBase64Url(n), exponent: fromBase64Url(e) }, ...rsa(key) };
  }
  if (jwk.crv !== 'P-256' || jwk.d === undefined) throw new Error('a PIV card has keys of RSA and P-256');
  const agreement = createECDH(curve);
  agreement.setPrivateKey(fromBase64Url(jwk.d));
  return {
    kind: 'p256',
    publicParts: { point: Uint8Array.from(agreement.getPublicKey()) },
    exponentiate: () => null,
    signDigest: (digest) => ecdsa(BigInt(`0x${toHex(fromBase64Url(jwk.d ?? ''))}`), digest),
    agree: (point) => {
      try {
        return Uint8Array.from(agreement.computeSecret(point));
      } catch {
        return null;
      }
    },
  };
}

function rsa(key: KeyObject): Pick<CardKey, 'exponentiate' | 'signDigest' | 'agree'> {
  return {
    exponentiate: (block) => {
      try {
        return Uint8Array.from(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block));
      } catch {
        return null;
      }
    },
    signDigest: () => new Uint8Array(),
    agree: () => null,
  };
}

/** FIPS 186-5 §6.4.1 on a digest that is at hand; Node signs messages only. */
function ecdsa(d: bigint, digest: Uint8Array): Uint8Array {
  const e = BigInt(`0x${toHex(digest.subarray(0, 32))}`);
  for (;;) {
    const k = BigInt(`0x${toHex(randomBytes(32))}`);
    if (k === 0n || k >= order) continue;
    const point = createECDH(curve);
    point.setPrivateKey(hexOf(k), 'hex');
    const r = BigInt(`0x${point.getPublicKey('hex').slice(2, 66)}`) % order;
    const s = (power(k, order - 2n) * (e + r * d)) % order;
    if (r === 0n || s === 0n) continue;
    return encodeEcdsaSignature(Uint8Array.from(Buffer.from(hexOf(r) + hexOf(s), 'hex')), 'p256');
  }
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [square, rest] = [base % order, exponent]; rest > 0n; square = (square * square) % order, rest >>= 1n)
    if ((rest & 1n) === 1n) result = (result * square) % order;
  return result;
}

function hexOf(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}
