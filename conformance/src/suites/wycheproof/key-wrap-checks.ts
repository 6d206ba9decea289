import { decodePem, equalBytes, fromHex } from '@onelock/core/bytes';
import { parsePrivateKey, parsePublicKey } from '@onelock/core/crypto';
import { createNodeKeyWrap } from '@onelock/core/crypto/node';
import { errorRegistry } from '@onelock/core/errors';
import type { GroupCheck } from './cipher-checks.ts';
import type { EcdhPemGroup, KeyWrapGroup } from './cipher-form.ts';

/** AES key wrap, under which content keys of messages stand: what unwraps must also be what wrapping gives. */
export function keyWrapCheck(algorithm: string): GroupCheck<KeyWrapGroup['tests'][number]> {
  if (algorithm !== 'AES-WRAP') return { unsupported: algorithm };
  const keyWrap = createNodeKeyWrap();
  return {
    refusals: ['ERR_ENVELOPE_CONTENT_INVALID'],
    run: (_engine, test) => {
      const [key, wrapped] = [fromHex(test.key), fromHex(test.ct)];
      const plain = keyWrap.unwrap(key, wrapped);
      return { valid: equalBytes(plain, fromHex(test.msg)) && equalBytes(keyWrap.wrap(key, plain), wrapped) };
    },
  };
}

/** ECDH, by which recipients of messages agree on a key, from the files of both keys on. */
export function ecdhCheck(algorithm: string): GroupCheck<EcdhPemGroup['tests'][number]> {
  if (algorithm !== 'ECDH') return { unsupported: algorithm };
  const keyWrap = createNodeKeyWrap();
  return {
    refusals: [
      'ERR_BYTES_PEM_INVALID',
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
      'ERR_CRYPTO_KEY_INVALID',
      'ERR_SIGNATURE_ALGORITHM_MISMATCH',
      ...Object.keys(errorRegistry).filter((code) => code.startsWith('ERR_DER_')),
    ],
    run: (_engine, test) => {
      const secret = keyWrap.agree(parsePrivateKey(inPem(test.private)), parsePublicKey(inPem(test.public)));
      return { valid: equalBytes(secret, fromHex(test.shared)) };
    },
  };
}

function inPem(text: string): Uint8Array {
  return decodePem(text)[0]?.bytes ?? new Uint8Array(0);
}
