import { fromBase64, toHex, utf8Encode } from '@onelock/core/bytes';

/** OWASP's figure for PBKDF2 with SHA-256, of 2023. */
const iterations = 600_000;
const nonceLength = 12;

/** What a PIN becomes: one half proves it to the service, the other wraps the key with the service's share. Neither tells the other. */
export interface Stretched {
  /** 32 bytes, hex. */
  readonly proof: string;
  readonly half: Uint8Array<ArrayBuffer>;
}

export async function stretchPin(pin: string, salt: Uint8Array<ArrayBuffer>): Promise<Stretched> {
  const { subtle } = crypto;
  const typed = await subtle.importKey('raw', bufferOf(utf8Encode(pin)), 'PBKDF2', false, ['deriveBits']);
  const slow = await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, typed, 256);
  const parent = await subtle.importKey('raw', slow, 'HKDF', false, ['deriveBits']);
  const part = async (info: string): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(
      await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info: bufferOf(utf8Encode(info)) }, parent, 256),
    );
  return { proof: toHex(await part('onelock-phone-pin-proof-1')), half: await part('onelock-phone-pin-half-1') };
}

/** Wraps the private key: only both, the PIN and what the service releases for it, open it again. */
export async function wrapKey(
  key: Uint8Array,
  { half }: Stretched,
  share: string,
  place: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const iv = crypto.getRandomValues(new Uint8Array(nonceLength));
  const wrapping = await wrappingKey(half, share, 'encrypt');
  const additionalData = bufferOf(utf8Encode(place));
  const copy = bufferOf(key);
  const sealed = await crypto.subtle
    .encrypt({ name: 'AES-GCM', iv, additionalData }, wrapping, copy)
    .finally(() => copy.fill(0));
  const whole = new Uint8Array(nonceLength + sealed.byteLength);
  whole.set(iv);
  whole.set(new Uint8Array(sealed), nonceLength);
  return whole;
}

/** @throws {DOMException} for another key, PIN or share */
export async function unwrapKey(
  wrapped: Uint8Array<ArrayBuffer>,
  { half }: Stretched,
  share: string,
  place: string,
): Promise<Uint8Array> {
  const wrapping = await wrappingKey(half, share, 'decrypt');
  const additionalData = bufferOf(utf8Encode(place));
  const iv = wrapped.slice(0, nonceLength);
  return new Uint8Array(
    await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, wrapping, wrapped.slice(nonceLength)),
  );
}

async function wrappingKey(
  half: Uint8Array<ArrayBuffer>,
  share: string,
  use: 'encrypt' | 'decrypt',
): Promise<CryptoKey> {
  const { subtle } = crypto;
  const parent = await subtle.importKey('raw', half, 'HKDF', false, ['deriveKey']);
  const info = bufferOf(utf8Encode('onelock-phone-wrap-1'));
  const salt = bufferOf(fromBase64(share));
  return subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info },
    parent,
    { name: 'AES-GCM', length: 256 },
    false,
    [use],
  );
}

const bufferOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

export type PinFault = 'short' | 'weak' | null;

/** Six digits or more, and not what everybody tries first. */
export function pinFault(pin: string): PinFault {
  if (!/^[0-9]{6,16}$/.test(pin)) return 'short';
  const steps = new Set([...pin].slice(1).map((digit, index) => Number(digit) - Number(pin.charAt(index))));
  const isRun = steps.size === 1 && [0, 1, -1].includes([...steps][0] ?? 9);
  const isRepeated = /^(\d{1,3})\1+$/.test(pin);
  return isRun || isRepeated ? 'weak' : null;
}
