import { CodedError } from '../../errors/coded-error.ts';
import type { GmCipher, GmEngine } from './engine.ts';

/**
 * Where SM4's blocks come from: an engine of ours, and for CBC encryption, which is serial by nature and slow on bit planes, the
 * platform's cipher where there is one.
 */
export interface Sm4Source {
  createCipher(key: Uint8Array): GmCipher;
  ghash(state: Uint8Array, h: Uint8Array, data: Uint8Array): void;
}

export function engineSource(engine: GmEngine): Sm4Source {
  return { createCipher: (key) => engine.createCipher(key), ghash: (state, h, data) => engine.ghash(state, h, data) };
}

/** @throws {CodedError} ERR_CRYPTO_PARAMETER_INVALID */
export function requireLength(parameter: string, bytes: Uint8Array, allowed: (length: number) => boolean): void {
  if (!allowed(bytes.length)) throw parameterInvalid(parameter, `${bytes.length} bytes`);
}

export function parameterInvalid(parameter: string, value: string | number): CodedError {
  return new CodedError('ERR_CRYPTO_PARAMETER_INVALID', { parameter, value: String(value) });
}

export function ciphertextInvalid(): CodedError {
  return new CodedError('ERR_CRYPTO_CIPHERTEXT_INVALID', {});
}
