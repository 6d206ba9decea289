import { concatBytes, equalBytes } from '../../bytes/compare.ts';
import type { Sm4AeadOptions, Sm4AeadStream, Sm4AeadStreamOptions, Sm4Ops } from '../ops.ts';
import type { GmCipher } from './engine.ts';
import { ciphertextInvalid, requireLength, type Sm4Source } from './sm4-blocks.ts';
import { ccmMode } from './sm4-ccm.ts';
import { createSm4Cipher } from './sm4-cipher.ts';
import { gcmMode } from './sm4-gcm.ts';
import { requireUnended } from './unended.ts';

/** What GCM and CCM differ in. */
export interface AeadMode {
  /** En- or decrypts, and authenticates. */
  process(chunk: Uint8Array): Uint8Array;
  /** The whole tag, 16 bytes. */
  tag(): Uint8Array;
}

function createAead(source: Sm4Source, options: Sm4AeadStreamOptions): Sm4AeadStream {
  requireLength('key', options.key, (length) => length === 16);
  const tagLength = options.tagLength ?? 16;
  const cipher: GmCipher = source.createCipher(options.key);
  const mode = options.mode === 'gcm' ? gcmMode(source, cipher, options) : ccmMode(cipher, options, tagLength);
  const use = requireUnended();
  const end = (): Uint8Array => {
    use('end');
    const tag = mode.tag();
    cipher.wipe();
    return tag.slice(0, tagLength);
  };
  return {
    update: (chunk) => {
      use('update');
      return mode.process(chunk);
    },
    tag: end,
    verify: (tag) => {
      if (!equalBytes(end(), tag)) throw ciphertextInvalid();
    },
  };
}

/** All of SM4 over one source of blocks. */
export function createSm4Ops(source: Sm4Source): Sm4Ops {
  const seal = (options: Sm4AeadOptions, plaintext: Uint8Array): Uint8Array => {
    const stream = createAead(source, { ...options, direction: 'encrypt', messageLength: plaintext.length });
    return concatBytes(stream.update(plaintext), stream.tag());
  };
  const open = (options: Sm4AeadOptions, sealed: Uint8Array): Uint8Array => {
    const length = sealed.length - (options.tagLength ?? 16);
    if (length < 0) throw ciphertextInvalid();
    const stream = createAead(source, { ...options, direction: 'decrypt', messageLength: length });
    const plaintext = stream.update(sealed.subarray(0, length));
    try {
      stream.verify(sealed.subarray(length));
    } catch (error) {
      plaintext.fill(0);
      throw error;
    }
    return plaintext;
  };
  return {
    createCipher: (options) => createSm4Cipher(source, options),
    createAead: (options) => createAead(source, options),
    seal,
    open,
  };
}
