import { createPublicKey } from 'node:crypto';
import { concatBytes, fromHex, toBase64Url } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { brokenCard, findTlv } from '../../apdu/index.ts';
import type { PivAlgorithm } from './commands.ts';

/** SubjectPublicKeyInfo of P-256 up to the point (RFC 5480). */
const p256Prefix = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200');

/** The public key that GENERATE ASYMMETRIC KEY PAIR answers (part 2 table 11). @throws {CodedError} ERR_TOKEN_DATA_CORRUPT */
export function publicKeyOf(fields: Uint8Array): PublicKey {
  const [modulus, exponent, point] = [findTlv(fields, 0x81), findTlv(fields, 0x82), findTlv(fields, 0x86)];
  try {
    if (point !== undefined && point.length === 65) return parsePublicKey(concatBytes(p256Prefix, point));
    if (modulus === undefined || exponent === undefined) throw brokenCard('PIV GENERATE', 'no public key');
    const jwk = { kty: 'RSA', n: toBase64Url(modulus), e: toBase64Url(exponent) };
    const der = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
    return parsePublicKey(Uint8Array.from(der));
  } catch (cause) {
    throw brokenCard('PIV GENERATE', 'public key is none', { cause });
  }
}

/** How PIV calls the algorithm of a key, or null for one that it has not. */
export function pivAlgorithmOf(key: PublicKey): PivAlgorithm | null {
  if (key.kind === 'rsa') return key.modulusBits === 2048 ? 'rsa2048' : key.modulusBits === 3072 ? 'rsa3072' : null;
  if (key.kind !== 'ec') return null;
  return key.curve === 'p256' ? 'p256' : key.curve === 'p384' ? 'p384' : null;
}
