import { generateKeyPairSync } from 'node:crypto';
import type { KeyKind, PrivateKey, PublicKey } from '../ops.ts';
import { parsePrivateKey } from '../private-key.ts';
import { parsePublicKey } from '../public-key.ts';
import { bytesOf } from './digest.ts';
import { opensslCurves } from './keys.ts';

const publicKeyEncoding = { format: 'der', type: 'spki' } as const;
const privateKeyEncoding = { format: 'der', type: 'pkcs8' } as const;

/** See {@link CryptoOps.generateKeyPair}: always through DER, never the generated key object itself (see keys.ts). */
export function generateKeyPair(kind: KeyKind): { readonly privateKey: PrivateKey; readonly publicKey: PublicKey } {
  const { publicKey, privateKey } = generateDer(kind);
  const pair = { privateKey: parsePrivateKey(bytesOf(privateKey)), publicKey: parsePublicKey(bytesOf(publicKey)) };
  privateKey.fill(0);
  return pair;
}

function generateDer(kind: KeyKind): { publicKey: Buffer; privateKey: Buffer } {
  if (kind.kind === 'rsa')
    return generateKeyPairSync('rsa', {
      modulusLength: kind.bits,
      publicExponent: 65_537,
      publicKeyEncoding,
      privateKeyEncoding,
    });
  const namedCurve = opensslCurves[kind.kind === 'sm2' ? 'sm2' : kind.curve];
  return generateKeyPairSync('ec', { namedCurve, publicKeyEncoding, privateKeyEncoding });
}
