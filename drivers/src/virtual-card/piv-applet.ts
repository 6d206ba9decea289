import { createCipheriv, randomBytes } from 'node:crypto';
import { concatBytes, equalBytes, fromHex, toHex, utf8Encode } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import { type CommandApdu, encodeTlv, findTlv, SW_OK } from '../card/apdu/index.ts';
import { type AppletAnswer, say, type VirtualApplet } from './applet.ts';
import { type CardKey, generateCardKey, importCardKey } from './card-key.ts';
import { PinCounter } from './pin-counter.ts';

/** PIV key references (SP 800-73-4 part 1 table 4b): authentication, digital signature, key management, card authentication. */
export type PivSlot = '9a' | '9c' | '9d' | '9e';

export interface PivSlotContents {
  readonly pkcs8: Uint8Array;
  /** DER. */
  readonly certificate?: Uint8Array;
}

export interface PivAppletOptions {
  /** 16 bytes, the card's own number. */
  readonly guid: Uint8Array;
  /** 6 to 8 digits. */
  readonly pin?: string;
  /** 8 bytes. */
  readonly puk?: string;
  readonly tries?: number;
  /** AES-256. */
  readonly managementKey?: Uint8Array;
  readonly slots?: Partial<Readonly<Record<PivSlot, PivSlotContents>>>;
}

const certificateObjects: Readonly<Record<PivSlot, number>> = {
  '9a': 0x5fc105,
  '9c': 0x5fc10a,
  '9d': 0x5fc10b,
  '9e': 0x5fc101,
};
const chuid = 0x5fc102;
const discovery = 0x7e;
const algorithms = { rsa: 0x07, p256: 0x11 } as const;
const aes256 = 0x0c;
const aid = fromHex('a000000308000010000100');

/** The PIV card application of NIST SP 800-73-4 part 2, as far as signing, decrypting and personalising need it. */
export class PivApplet implements VirtualApplet {
  readonly aid = aid;
  readonly #pin: PinCounter;
  readonly #puk: PinCounter;
  readonly #managementKey: Uint8Array;
  readonly #keys = new Map<string, CardKey>();
  readonly #objects = new Map<number, Uint8Array>();
  /** PIN Always (part 1 table 5): what was verified counts for the next command alone. */
  #justVerified = false;
  #administrator = false;
  #challenge: Uint8Array | null = null;

  constructor(options: PivAppletOptions) {
    const {
      pin = '123456',
      puk = '12345678',
      tries = 3,
      managementKey = fromHex('0102030405060708'.repeat(4)),
    } = options;
    this.#pin = new PinCounter(paddedPin(pin), tries);
    this.#puk = new PinCounter(utf8Encode(puk), tries);
    this.#managementKey = managementKey;
    this.#objects.set(chuid, chuidOf(options.guid));
    for (const [slot, contents] of Object.entries(options.slots ?? {})) this.#install(slot as PivSlot, contents);
  }

  reset(): void {
    this.#pin.forget();
    this.#justVerified = false;
    this.#administrator = false;
    this.#challenge = null;
  }

  select(): AppletAnswer {
    const template = encodeTlv(
      0x61,
      encodeTlv(0x4f, fromHex('000010000100')),
      encodeTlv(0x79, encodeTlv(0x4f, fromHex('a000000308'))),
      encodeTlv(0x50, utf8Encode('OneLock virtual PIV')),
    );
    return say(SW_OK, template);
  }

  process(command: CommandApdu): AppletAnswer {
    const fresh = this.#justVerified;
    this.#justVerified = false;
    if (command.cla !== 0) return say(0x6e00);
    try {
      return this.#dispatch(command, fresh);
    } catch (error) {
      if (isCodedError(error)) return say(0x6a80);
      throw error;
    }
  }

  #dispatch({ ins, p1, p2, data = new Uint8Array() }: CommandApdu, fresh: boolean): AppletAnswer {
    if (ins === 0xcb && p1 === 0x3f && p2 === 0xff) return this.#getData(data);
    if (ins === 0xdb && p1 === 0x3f && p2 === 0xff) return this.#putData(data);
    if (ins === 0x20 && p2 === 0x80) return this.#verify(p1, data);
    if (ins === 0x24 && p1 === 0) return this.#change(p2, data);
    if (ins === 0x2c && p1 === 0 && p2 === 0x80) return this.#resetRetries(data);
    if (ins === 0x47 && p1 === 0) return this.#generate(p2, data);
    if (ins === 0x87) return p2 === 0x9b ? this.#authenticate(p1, data) : this.#useKey(p1, p2, data, fresh);
    return say([0xcb, 0xdb, 0x20, 0x24, 0x2c, 0x47].includes(ins) ? 0x6a86 : 0x6d00);
  }

  #getData(data: Uint8Array): AppletAnswer {
    const tag = findTlv(data, 0x5c);
    if (tag === undefined) return say(0x6a80);
    const number = Number.parseInt(toHex(tag), 16);
    if (number === discovery) return say(SW_OK, discoveryObject());
    const object = this.#objects.get(number);
    return object === undefined ? say(0x6a82) : say(SW_OK, encodeTlv(0x53, object));
  }

  #putData(data: Uint8Array): AppletAnswer {
    if (!this.#administrator) return say(0x6982);
    const [tag, object] = [findTlv(data, 0x5c), findTlv(data, 0x53)];
    if (tag === undefined || object === undefined) return say(0x6a80);
    const number = Number.parseInt(toHex(tag), 16);
    if (object.length === 0) this.#objects.delete(number);
    else this.#objects.set(number, Uint8Array.from(object));
    return say(SW_OK);
  }

  #verify(p1: number, data: Uint8Array): AppletAnswer {
    if (p1 === 0xff && data.length === 0) {
      this.#pin.forget();
      return say(SW_OK);
    }
    if (p1 !== 0) return say(0x6a86);
    if (data.length === 0) return say(this.#pin.status);
    if (!isPaddedPin(data)) return say(0x6a80);
    const sw = this.#pin.verify(data);
    this.#justVerified = sw === SW_OK;
    return say(sw);
  }

  #change(reference: number, data: Uint8Array): AppletAnswer {
    const counter = reference === 0x80 ? this.#pin : reference === 0x81 ? this.#puk : null;
    if (counter === null) return say(0x6a88);
    const next = data.slice(8);
    if (data.length !== 16 || (reference === 0x80 && !isPaddedPin(next))) return say(0x6a80);
    const sw = counter.verify(data.subarray(0, 8));
    if (sw === SW_OK) counter.set(next);
    return say(sw);
  }

  #resetRetries(data: Uint8Array): AppletAnswer {
    const next = data.slice(8);
    if (data.length !== 16 || !isPaddedPin(next)) return say(0x6a80);
    const sw = this.#puk.verify(data.subarray(0, 8));
    if (sw === SW_OK) {
      this.#pin.set(next);
      this.#pin.forget();
    }
    return say(sw);
  }

  #generate(reference: number, data: Uint8Array): AppletAnswer {
    if (!this.#administrator) return say(0x6982);
    const [wanted] = findTlv(findTlv(data, 0xac) ?? data, 0x80) ?? [];
    const kind = wanted === algorithms.rsa ? 'rsa' : wanted === algorithms.p256 ? 'p256' : null;
    if (kind === null || !isSlot(reference)) return say(0x6a80);
    const key = generateCardKey(kind);
    this.#keys.set(hex(reference), key);
    const parts = key.publicParts;
    const fields =
      'point' in parts
        ? [encodeTlv(0x86, parts.point)]
        : [encodeTlv(0x81, parts.modulus), encodeTlv(0x82, parts.exponent)];
    return say(SW_OK, encodeTlv(0x7f49, ...fields));
  }

  /** Challenge and response under the management key: the host proves it, or both do (part 2 appendix A.1). */
  #authenticate(algorithm: number, data: Uint8Array): AppletAnswer {
    if (algorithm !== aes256) return say(0x6a86);
    const template = findTlv(data, 0x7c);
    if (template === undefined) return say(0x6a80);
    const [witness, challenge, response] = [0x80, 0x81, 0x82].map((tag) => findTlv(template, tag));
    if (response !== undefined && response.length > 0) return this.#proven(response);
    if (witness?.length === 0) {
      this.#challenge = Uint8Array.from(randomBytes(16));
      return say(SW_OK, encodeTlv(0x7c, encodeTlv(0x80, this.#encrypted(this.#challenge))));
    }
    if (witness !== undefined && challenge !== undefined) {
      const sw = this.#challenge !== null && equalBytes(witness, this.#challenge) ? SW_OK : 0x6982;
      this.#administrator = sw === SW_OK;
      this.#challenge = null;
      return sw === SW_OK ? say(SW_OK, encodeTlv(0x7c, encodeTlv(0x82, this.#encrypted(challenge)))) : say(sw);
    }
    if (challenge === undefined) return say(0x6a80);
    this.#challenge = Uint8Array.from(randomBytes(16));
    return say(SW_OK, encodeTlv(0x7c, encodeTlv(0x81, this.#challenge)));
  }

  #proven(response: Uint8Array): AppletAnswer {
    const challenge = this.#challenge;
    this.#challenge = null;
    this.#administrator = challenge !== null && equalBytes(response, this.#encrypted(challenge));
    return say(this.#administrator ? SW_OK : 0x6982);
  }

  #encrypted(block: Uint8Array): Uint8Array {
    const cipher = createCipheriv('aes-256-ecb', this.#managementKey, null).setAutoPadding(false);
    return Uint8Array.from(Buffer.concat([cipher.update(block), cipher.final()]));
  }

  #useKey(algorithm: number, reference: number, data: Uint8Array, fresh: boolean): AppletAnswer {
    const key = this.#keys.get(hex(reference));
    if (key === undefined) return say(0x6a88);
    if (algorithm !== algorithms[key.kind]) return say(0x6a86);
    const allowed = reference === 0x9e || (this.#pin.verified && (reference !== 0x9c || fresh));
    if (!allowed) return say(0x6982);
    const template = findTlv(data, 0x7c);
    const [challenge, exponentiation] =
      template === undefined ? [] : [findTlv(template, 0x81), findTlv(template, 0x85)];
    const result = compute(key, challenge, exponentiation);
    return result === null ? say(0x6a80) : say(SW_OK, encodeTlv(0x7c, encodeTlv(0x82, result)));
  }

  #install(slot: PivSlot, { pkcs8, certificate }: PivSlotContents): void {
    this.#keys.set(slot, importCardKey(pkcs8));
    if (certificate !== undefined) this.#objects.set(certificateObjects[slot], certificateObject(certificate));
  }
}

function compute(key: CardKey, challenge?: Uint8Array, exponentiation?: Uint8Array): Uint8Array | null {
  if (exponentiation !== undefined) return key.kind === 'p256' ? key.agree(exponentiation) : null;
  if (challenge === undefined) return null;
  if (key.kind === 'rsa') return challenge.length === 256 ? key.exponentiate(challenge) : null;
  return challenge.length === 32 ? key.signDigest(challenge) : null;
}

/** Part 1 appendix A table 10: certificate, CertInfo (not compressed), error detection code. */
function certificateObject(der: Uint8Array): Uint8Array {
  return concatBytes(encodeTlv(0x70, der), encodeTlv(0x71, Uint8Array.of(0)), encodeTlv(0xfe));
}

/** Part 1 appendix A table 9: FASC-N, GUID, expiry, no issuer's signature. */
function chuidOf(guid: Uint8Array): Uint8Array {
  const fascN = fromHex('d4e739da739ced39ce739d836858210842108421c84210c3eb');
  return concatBytes(
    encodeTlv(0x30, fascN),
    encodeTlv(0x34, guid),
    encodeTlv(0x35, utf8Encode('20401231')),
    encodeTlv(0x3e),
    encodeTlv(0xfe),
  );
}

/** Part 1 §3.3.2: the application's own PIN, and no other. */
function discoveryObject(): Uint8Array {
  return encodeTlv(discovery, encodeTlv(0x4f, aid), encodeTlv(0x5f2f, Uint8Array.of(0x40, 0x00)));
}

function paddedPin(pin: string): Uint8Array {
  const padded = new Uint8Array(8).fill(0xff);
  padded.set(utf8Encode(pin));
  return padded;
}

/** Part 2 §2.4.3: 6 to 8 digits, FF behind. */
function isPaddedPin(bytes: Uint8Array): boolean {
  const digits = bytes.findIndex((byte) => byte < 0x30 || byte > 0x39);
  const length = digits === -1 ? bytes.length : digits;
  return bytes.length === 8 && length >= 6 && bytes.subarray(length).every((byte) => byte === 0xff);
}

const isSlot = (reference: number): boolean => Object.hasOwn(certificateObjects, hex(reference));
const hex = (value: number): string => value.toString(16);
