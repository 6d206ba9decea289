import { constants, createPrivateKey, privateEncrypt, randomBytes } from 'node:crypto';
import { concatBytes, fromHex, utf8Encode } from '@onelock/core/bytes';
import { decodeEcdsaSignature } from '@onelock/core/crypto';
import { type CommandApdu, encodeTlv, SW_OK } from '../card/apdu/index.ts';
import { type AppletAnswer, say, type VirtualApplet } from './applet.ts';
import { type CardKey, importCardKey } from './card-key.ts';
import { PinCounter } from './pin-counter.ts';

/** Digital signature, decryption, authentication, by their control reference templates. */
export type OpenPgpSlot = 'sig' | 'dec' | 'aut';

export interface OpenPgpSlotContents {
  readonly pkcs8: Uint8Array;
  /** DER. */
  readonly certificate?: Uint8Array;
}

export interface OpenPgpAppletOptions {
  /** 6 bytes: manufacturer and number. */
  readonly serialNumber: Uint8Array;
  readonly pin?: string;
  readonly adminPin?: string;
  readonly tries?: number;
  readonly holder?: string;
  readonly slots?: Partial<Readonly<Record<OpenPgpSlot, OpenPgpSlotContents>>>;
  /** 2.1 has one certificate, for authentication, and forgets no PIN by command. Default 3.4. */
  readonly version?: '3.4' | '2.1';
  /** Wrong PINs are answered 6982, as most cards do, instead of 63Cx. */
  readonly countsSilently?: boolean;
  /** GET DATA gives constructed objects with their tag. */
  readonly wrapsObjects?: boolean;
}

const templates: Readonly<Record<number, OpenPgpSlot>> = { 182: 'sig', 184: 'dec', 164: 'aut' };
/** In the order of SELECT DATA (§7.2.5). */
const certificateOrder: readonly OpenPgpSlot[] = ['aut', 'dec', 'sig'];
const constructed: ReadonlySet<number> = new Set([0x6e, 0x65, 0x7a]);
/** GET CHALLENGE, import of keys, changeable PW1 status; PSO:DEC and ENC with AES are not there. */
const features = 0x78;
const mostChallenge = 1024;
const mostPin = 127;

interface CardKeyWithRsa {
  readonly key: CardKey;
  readonly pkcs8: Uint8Array;
}

/** The OpenPGP application 3.4 as far as signing, decrypting and PINs need it. */
export class OpenPgpApplet implements VirtualApplet {
  readonly aid: Uint8Array;
  readonly #options: OpenPgpAppletOptions;
  readonly #pin: PinCounter;
  readonly #adminPin: PinCounter;
  readonly #keys = new Map<OpenPgpSlot, CardKeyWithRsa>();
  /** PW1 counts for signatures and for the rest apart, and for one signature alone. */
  #mayOnce = false;
  #may = false;
  #administrator = false;
  #selectedCertificate = 0;
  #signatures = 0;

  constructor(options: OpenPgpAppletOptions) {
    this.#options = options;
    const [major, minor] = (options.version ?? '3.4').split('.').map(Number);
    this.aid = concatBytes(
      fromHex('d27600012401'),
      Uint8Array.of(major ?? 3, minor ?? 4),
      options.serialNumber,
      new Uint8Array(2),
    );
    this.#pin = new PinCounter(utf8Encode(options.pin ?? '123456'), options.tries ?? 3);
    this.#adminPin = new PinCounter(utf8Encode(options.adminPin ?? '12345678'), options.tries ?? 3);
    for (const [slot, { pkcs8 }] of Object.entries(options.slots ?? {}))
      this.#keys.set(slot as OpenPgpSlot, { key: importCardKey(pkcs8), pkcs8 });
  }

  reset(): void {
    this.#mayOnce = false;
    this.#may = false;
    this.#administrator = false;
    this.#selectedCertificate = 0;
  }

  select(): AppletAnswer {
    return say(SW_OK);
  }

  process({ cla, ins, p1, p2, data = new Uint8Array(), le }: CommandApdu): AppletAnswer {
    if (cla !== 0) return say(0x6e00);
    if (ins === 0xca) return this.#getData(p1 * 256 + p2);
    if (ins === 0xa5 && p2 === 4) return this.#selectData(p1);
    if (ins === 0x20) return this.#verify(p1, p2, data);
    if (ins === 0x24 && p1 === 0) return this.#change(p2, data);
    if (ins === 0x2c && p2 === 0x81) return this.#resetRetries(p1, data);
    if (ins === 0x47 && p1 === 0x81) return this.#publicKey(data);
    if (ins === 0x2a && p1 === 0x9e && p2 === 0x9a) return this.#sign(data);
    if (ins === 0x2a && p1 === 0x80 && p2 === 0x86) return this.#decipher(data);
    if (ins === 0x88 && p1 === 0 && p2 === 0) return this.#may ? this.#compute('aut', data) : say(0x6982);
    if (ins === 0x84) return say(SW_OK, Uint8Array.from(randomBytes(typeof le === 'number' ? le : 256)));
    return say(0x6d00);
  }

  #getData(tag: number): AppletAnswer {
    const value = this.#object(tag);
    if (value === undefined) return say(0x6a88);
    const wraps = this.#options.wrapsObjects === true && constructed.has(tag);
    return say(SW_OK, wraps ? encodeTlv(tag, value) : value);
  }

  #object(tag: number): Uint8Array | undefined {
    if (tag === 0x4f) return this.aid;
    if (tag === 0x5f52) return historicalBytes;
    if (tag === 0xc4) return this.#passwordStatus();
    if (tag === 0x6e) return this.#applicationData();
    if (tag === 0x65)
      return concatBytes(
        encodeTlv(0x5b, utf8Encode(this.#options.holder ?? '')),
        encodeTlv(0x5f2d, utf8Encode('zh')),
        encodeTlv(0x5f35, utf8Encode('9')),
      );
    if (tag === 0x7a) return encodeTlv(0x93, this.#signatureCount());
    if (tag !== 0x7f21) return undefined;
    const slot = certificateOrder[this.#selectedCertificate] ?? 'aut';
    return this.#options.slots?.[slot]?.certificate ?? new Uint8Array();
  }

  #signatureCount(): Uint8Array {
    return Uint8Array.of(this.#signatures >> 16, this.#signatures >> 8, this.#signatures);
  }

  #passwordStatus(): Uint8Array {
    return Uint8Array.of(0, mostPin, mostPin, mostPin, this.#pin.left, 0, this.#adminPin.left);
  }

  #applicationData(): Uint8Array {
    const attributes = (['sig', 'dec', 'aut'] as const).map((slot, index) =>
      encodeTlv(0xc1 + index, algorithmAttributes(this.#keys.get(slot)?.key, slot)),
    );
    const capabilities = Uint8Array.of(
      features,
      0,
      mostChallenge >> 8,
      mostChallenge & 0xff,
      0x08,
      0x00,
      0,
      0xff,
      0,
      0,
    );
    const prints = (['sig', 'dec', 'aut'] as const).map((slot) =>
      new Uint8Array(20).fill(this.#keys.has(slot) ? 0x11 : 0),
    );
    return concatBytes(
      encodeTlv(0x4f, this.aid),
      encodeTlv(0x5f52, historicalBytes),
      encodeTlv(
        0x73,
        encodeTlv(0xc0, capabilities),
        ...attributes,
        encodeTlv(0xc4, this.#passwordStatus()),
        encodeTlv(0xc5, concatBytes(...prints)),
        encodeTlv(0xc6, new Uint8Array(60)),
        encodeTlv(0xcd, new Uint8Array(12)),
      ),
    );
  }

  #selectData(occurrence: number): AppletAnswer {
    if (this.#options.version === '2.1') return say(0x6d00);
    if (occurrence >= certificateOrder.length) return say(0x6a88);
    this.#selectedCertificate = occurrence;
    return say(SW_OK);
  }

  #verify(p1: number, p2: number, data: Uint8Array): AppletAnswer {
    if (p2 < 0x81 || p2 > 0x83) return say(0x6a88);
    if (p1 === 0xff) return this.#forget(p2);
    if (p1 !== 0) return say(0x6a86);
    const counter = p2 === 0x83 ? this.#adminPin : this.#pin;
    if (data.length === 0) return say(this.#isVerified(p2) ? SW_OK : 0x63c0 + counter.left);
    if (data.length < (p2 === 0x83 ? 8 : 6)) return say(0x6700);
    const sw = counter.verify(data);
    this.#remember(p2, sw === SW_OK);
    return say(this.#told(sw));
  }

  #told(sw: number): number {
    return this.#options.countsSilently === true && sw !== SW_OK && sw !== 0x6983 ? 0x6982 : sw;
  }

  #isVerified(p2: number): boolean {
    return p2 === 0x81 ? this.#mayOnce : p2 === 0x82 ? this.#may : this.#administrator;
  }

  #remember(p2: number, verified: boolean): void {
    if (p2 === 0x81) this.#mayOnce = verified;
    else if (p2 === 0x82) this.#may = verified;
    else this.#administrator = verified;
  }

  #forget(p2: number): AppletAnswer {
    if (this.#options.version === '2.1') return say(0x6a86);
    this.#remember(p2, false);
    return say(SW_OK);
  }

  #change(p2: number, data: Uint8Array): AppletAnswer {
    const counter = p2 === 0x81 ? this.#pin : p2 === 0x83 ? this.#adminPin : null;
    if (counter === null) return say(0x6a88);
    let fresh = new Uint8Array();
    const sw = counter.check((secret) => {
      fresh = data.slice(secret.length);
      return secret.every((byte, index) => byte === data[index]);
    });
    if (sw !== SW_OK) return say(this.#told(sw));
    if (fresh.length < (p2 === 0x83 ? 8 : 6)) return say(0x6a80);
    counter.set(fresh);
    return say(SW_OK);
  }

  #resetRetries(p1: number, data: Uint8Array): AppletAnswer {
    if (p1 !== 2) return say(0x6a86);
    if (!this.#administrator) return say(0x6982);
    if (data.length < 6) return say(0x6a80);
    this.#pin.set(data);
    this.#may = false;
    this.#mayOnce = false;
    return say(SW_OK);
  }

  #publicKey([template = 0]: Uint8Array): AppletAnswer {
    const slot = templates[template];
    const parts = slot === undefined ? undefined : this.#keys.get(slot)?.key.publicParts;
    if (parts === undefined) return say(0x6a88);
    const fields =
      'point' in parts
        ? [encodeTlv(0x86, parts.point)]
        : [encodeTlv(0x81, parts.modulus), encodeTlv(0x82, parts.exponent)];
    return say(SW_OK, encodeTlv(0x7f49, ...fields));
  }

  #sign(data: Uint8Array): AppletAnswer {
    if (!this.#mayOnce) return say(0x6982);
    this.#mayOnce = false;
    this.#signatures += 1;
    return this.#compute('sig', data);
  }

  #compute(slot: OpenPgpSlot, data: Uint8Array): AppletAnswer {
    const found = this.#keys.get(slot);
    if (found === undefined) return say(0x6a88);
    const { key, pkcs8 } = found;
    if (key.kind === 'p256')
      return data.length === 32 ? say(SW_OK, decodeEcdsaSignature(key.signDigest(data), 'p256')) : say(0x6a80);
    const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    return say(SW_OK, Uint8Array.from(privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, data)));
  }

  #decipher(data: Uint8Array): AppletAnswer {
    const found = this.#keys.get('dec');
    if (!this.#may) return say(0x6982);
    if (found === undefined) return say(0x6a88);
    if (data[0] !== 0 || data.length !== 257 || found.key.kind !== 'rsa') return say(0x6a80);
    const block = found.key.exponentiate(data.subarray(1));
    const end = block === null ? -1 : block.indexOf(0, 2);
    if (block === null || block[0] !== 0 || block[1] !== 2 || end < 10) return say(0x6a80);
    return say(SW_OK, block.slice(end + 1));
  }
}

/** Chaining and extended lengths (ISO/IEC 7816-4 §8.1.1.2.7), life cycle: operational. */
const historicalBytes = fromHex('0031c573c00140059000');

function algorithmAttributes(key: CardKey | undefined, slot: OpenPgpSlot): Uint8Array {
  if (key?.kind === 'p256')
    return concatBytes(Uint8Array.of(slot === 'dec' ? 0x12 : 0x13), fromHex('2a8648ce3d030107'));
  return Uint8Array.of(1, 0x08, 0x00, 0x00, 0x20, 0);
}
