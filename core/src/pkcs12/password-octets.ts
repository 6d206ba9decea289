import { utf8Encode } from '../bytes/index.ts';

/** A password in the two forms that derivations take. */
export interface Password {
  /** PBKDF2: UTF-8 (RFC 8018 §3). */
  readonly utf8: Uint8Array;
  /** PKCS#12: big-endian UTF-16 and two zero octets after it (RFC 7292 appendix B.1). */
  readonly bmp: Uint8Array;
}

export function passwordOf(text: string): Password {
  const bmp = new Uint8Array(2 * text.length + 2);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    bmp[2 * index] = unit >> 8;
    bmp[2 * index + 1] = unit & 0xff;
  }
  return { utf8: utf8Encode(text), bmp };
}

/** Ways in which writers of PKCS#12 take a password: an empty one is two zero octets to some and nothing at all to others. */
export function passwordForms(text: string): readonly Password[] {
  const password = passwordOf(text);
  return text === '' ? [password, { ...password, bmp: new Uint8Array(0) }] : [password];
}
