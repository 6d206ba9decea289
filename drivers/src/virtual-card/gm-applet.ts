import { createDecipheriv, randomBytes } from 'node:crypto';
import { concatBytes, equalBytes, fromHex, utf8Decode, utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type CommandApdu, SW_OK } from '../card/apdu/index.ts';
import { INS, PIN_TYPE, SECURE_ANYONE, SGD } from '../card/applications/gmt0017/instructions.ts';
import { answerTo, commandMac, pinKey } from '../card/applications/gmt0017/pin-proof.ts';
import { type AppletAnswer, say, type VirtualApplet } from './applet.ts';
import { GmContainer, type GmKeyUse, importGmKey, openGm, openScalar } from './gm-container.ts';
import { PinCounter } from './pin-counter.ts';

export interface GmContainerContents {
  readonly name: string;
  readonly signing?: { readonly pkcs8: Uint8Array; readonly certificate?: Uint8Array };
  readonly encryption?: { readonly pkcs8: Uint8Array; readonly certificate?: Uint8Array };
}

export interface GmAppletOptions {
  readonly serialNumber: string;
  readonly label: string;
  readonly application?: string;
  readonly pin?: string;
  readonly adminPin?: string;
  readonly tries?: number;
  readonly containers?: readonly GmContainerContents[];
  readonly files?: Readonly<Record<string, { readonly bytes: Uint8Array; readonly needsPin: boolean }>>;
}

const applicationId = 0x0001;
const defaultPin = '12345678';
const mostContainers = 16;

/**
 * GM/T 0017's application in the dialect that `gmt0017` has by default. It was written from the same notes as the host's side:
 * that the two agree proves our programs, not the standard.
 */
export class GmApplet implements VirtualApplet {
  readonly aid = fromHex('d156000001800180');
  readonly implicit = true;
  readonly #ops: CryptoOps = createNodeCrypto();
  readonly #options: GmAppletOptions;
  readonly #pins: Readonly<Record<'user' | 'admin', PinCounter>>;
  readonly #containers: GmContainer[] = [];
  readonly #sessionKeys = new Map<number, Uint8Array>();
  #cipher: ReturnType<typeof createDecipheriv> | null = null;
  #challenge: Uint8Array = new Uint8Array();
  #open = false;
  #isDefault: boolean;

  constructor(options: GmAppletOptions) {
    const { pin = defaultPin, adminPin = '87654321', tries = 6 } = options;
    this.#options = options;
    this.#isDefault = pin === defaultPin;
    this.#pins = { user: new PinCounter(utf8Encode(pin), tries), admin: new PinCounter(utf8Encode(adminPin), tries) };
    for (const { name, ...pairs } of options.containers ?? []) {
      const container = new GmContainer(name);
      for (const use of ['signing', 'encryption'] as const) {
        const pair = pairs[use];
        if (pair === undefined) continue;
        container.keys.set(use, importGmKey(this.#ops, pair.pkcs8));
        if (pair.certificate !== undefined) container.certificates.set(use, pair.certificate);
      }
      this.#containers.push(container);
    }
  }

  reset(): void {
    this.#forgetPins();
    this.#sessionKeys.clear();
    this.#cipher = null;
    this.#open = false;
  }

  select(): AppletAnswer {
    return say(SW_OK);
  }

  process(command: CommandApdu): AppletAnswer {
    if ((command.cla & 0xfb) !== 0x80) return say(0x6e00);
    const data = command.data ?? new Uint8Array();
    switch (command.ins) {
      case INS.GetDevInfo:
        return say(SW_OK, this.#deviceInfo());
      case INS.GenRandom:
        return this.#random(command.le);
      case INS.EnumApplication:
        return say(SW_OK, names([this.#application]));
      case INS.OpenApplication:
        return this.#openApplication(data);
      default:
        return this.#open ? this.#inApplication(command, data) : say(0x698a);
    }
  }

  #inApplication(command: CommandApdu, data: Uint8Array): AppletAnswer {
    const { ins, p2 } = command;
    if (ins === INS.EnumFiles || ins === INS.GetFileInfo) return this.#file(command, data);
    if (number(data, 0, 2) !== applicationId) return say(0x6a88);
    const rest = data.subarray(2);
    if (ins === INS.ReadFile) return this.#readFile(rest, command.le);
    if (ins === INS.GetPINInfo) return this.#pinInfo(p2);
    if (ins === INS.VerifyPIN) return say(this.#verify(p2, rest));
    if (ins === INS.ChangePIN || ins === INS.UnblockPIN) return this.#setPin(command, data);
    if (ins === INS.ClearSecureState) return this.#clear();
    if (ins === INS.EnumContainer) return say(SW_OK, names(this.#containers.map(({ name }) => name)));
    if (ins === INS.CreateContainer || ins === INS.OpenContainer || ins === INS.DeleteContainer)
      return this.#byName(ins, rest);
    const container = this.#containers[number(rest, 0, 2)];
    return container === undefined ? say(0x6a94) : this.#inContainer(command, container, rest.subarray(2));
  }

  #inContainer({ ins, p1, le }: CommandApdu, container: GmContainer, data: Uint8Array): AppletAnswer {
    const use: GmKeyUse = p1 === 1 ? 'signing' : 'encryption';
    if (ins === INS.CloseContainer) return say(SW_OK);
    if (ins === INS.ExportCertificate) return exported(container.certificates.get(use));
    if (ins === INS.ExportPublicKey) {
      const key = container.keys.get(use);
      return key === undefined ? say(0x6a95) : say(SW_OK, concatBytes(u32(256), key.coordinates));
    }
    if (!this.#pins.user.verified) return say(0x6982);
    if (ins === INS.GenECCKeyPair) return this.#generate(container, le);
    if (ins === INS.ECCSignData) return this.#sign(container, p1, data);
    if (ins === INS.ImportCertificate) return storeCertificate(container, data);
    if (ins === INS.ImportECCKeyPair) return this.#importKeyPair(container, data);
    if (ins === INS.ImportSessionKey) return this.#importSessionKey(container, data);
    return this.#withSessionKey(ins, data);
  }

  #deviceInfo(): Uint8Array {
    const { serialNumber, label } = this.#options;
    const info = new Uint8Array(294);
    const texts = [
      [2, 'OneLock'],
      [66, 'OneLock virtual GM card'],
      [130, label],
      [162, serialNumber],
    ] as const;
    info.set([1, 0]);
    for (const [at, text] of texts) info.set(utf8Encode(text), at);
    info.set([1, 0, 1, 0], 194);
    for (const [index, value] of [0x403, 0x20700, 0x1, 0x401, 65_536, 32_768, 1024, 1024].entries())
      info.set(u32(value), 198 + 4 * index);
    return info;
  }

  #random(le: CommandApdu['le']): AppletAnswer {
    if (typeof le !== 'number' || le > 256) return say(0x6c00);
    const bytes = Uint8Array.from(randomBytes(le));
    if (le === 8) this.#challenge = bytes;
    return say(SW_OK, bytes);
  }

  get #application(): string {
    return this.#options.application ?? 'ONELOCK';
  }

  #openApplication(data: Uint8Array): AppletAnswer {
    if (utf8Decode(data) !== this.#application) return say(0x6a88);
    this.#open = true;
    return say(
      SW_OK,
      concatBytes(u32(0x10), Uint8Array.of(mostContainers, mostContainers), u16(16), u16(applicationId)),
    );
  }

  #pinInfo(type: number): AppletAnswer {
    const counter = this.#counter(type);
    const isDefault = counter === this.#pins.user && this.#isDefault;
    return say(SW_OK, Uint8Array.of(counter.most, counter.left, isDefault ? 1 : 0));
  }

  /** The challenge is good for one answer. */
  #verify(type: number, proof: Uint8Array): number {
    const challenge = this.#challenge;
    this.#challenge = new Uint8Array();
    if (proof.length !== 16 || challenge.length === 0) return 0x6985;
    return this.#counter(type).check((secret) => equalBytes(proof, answerTo(challenge, pinKey(secret, 'sha1'))));
  }

  #setPin({ cla, ins, p1, p2 }: CommandApdu, data: Uint8Array): AppletAnswer {
    const by = ins === INS.UnblockPIN ? this.#pins.admin : this.#counter(p2);
    const changed = ins === INS.UnblockPIN ? this.#pins.user : by;
    const sealed = data.slice(2, 18);
    const mac = data.slice(18);
    if (cla !== 0x84 || !by.verified || sealed.length !== 16) return say(0x6982);
    const header = Uint8Array.of(cla, ins, p1, p2, 0, data.length >> 8, data.length & 0xff);
    const challenge = this.#challenge;
    this.#challenge = new Uint8Array();
    let next: Uint8Array | null = null;
    by.check((secret) => {
      const key = pinKey(secret, 'sha1');
      if (equalBytes(mac, commandMac(header, data.slice(0, 18), challenge, key))) next = unsealed(sealed, key);
      return true;
    });
    if (next === null) return say(0x6988);
    changed.set(next);
    this.#forgetPins();
    if (changed === this.#pins.user) this.#isDefault = equalBytes(next, utf8Encode(defaultPin));
    return say(SW_OK);
  }

  #clear(): AppletAnswer {
    this.#forgetPins();
    return say(SW_OK);
  }

  #forgetPins(): void {
    this.#pins.user.forget();
    this.#pins.admin.forget();
  }

  #byName(ins: number, bytes: Uint8Array): AppletAnswer {
    const name = utf8Decode(bytes);
    const index = this.#containers.findIndex((container) => container.name === name);
    if (ins === INS.OpenContainer) return index === -1 ? say(0x6a91) : say(SW_OK, u16(index));
    if (!this.#pins.user.verified) return say(0x6982);
    if (ins === INS.DeleteContainer) {
      if (index === -1) return say(0x6a91);
      this.#containers.splice(index, 1);
      return say(SW_OK);
    }
    if (index !== -1) return say(0x6a80);
    if (this.#containers.length === mostContainers) return say(0x6a84);
    this.#containers.push(new GmContainer(name));
    return say(SW_OK, u16(this.#containers.length - 1));
  }

  #generate(container: GmContainer, le: CommandApdu['le']): AppletAnswer {
    if (le === undefined) return say(0x6c00);
    const pair = importGmKey(this.#ops, this.#ops.generateKeyPair({ kind: 'sm2' }).privateKey.pkcs8);
    container.keys.set('signing', pair);
    container.certificates.delete('signing');
    return say(SW_OK, pair.coordinates);
  }

  #sign(container: GmContainer, p1: number, e: Uint8Array): AppletAnswer {
    const pair = container.keys.get('signing');
    if (pair === undefined) return say(0x6a95);
    if (p1 !== 2 || e.length !== 32) return say(0x6a80);
    return say(SW_OK, concatBytes(u32(256), this.#ops.sm2.signDigest(pair.privateKey, e, 'raw')));
  }

  #importKeyPair(container: GmContainer, data: Uint8Array): AppletAnswer {
    const signing = container.keys.get('signing');
    if (signing === undefined) return say(0x6a95);
    const wrappedLength = number(data, 108, 4);
    const wrapped = data.slice(112, 112 + wrappedLength);
    const rest = data.subarray(112 + wrappedLength);
    if (number(data, 4, 4) !== SGD.SM4_ECB || rest.length !== 136) return say(0x6a80);
    const key = openGm(this.#ops, signing, data.slice(12, 76), data.slice(76, 108), wrapped);
    if (key === null || key.length !== 16) return say(0x6a9b);
    const pair = openScalar(this.#ops, key, rest.slice(72), rest.slice(4, 68));
    if (pair === null) return say(0x6a80);
    container.keys.set('encryption', pair);
    container.certificates.delete('encryption');
    return say(SW_OK);
  }

  #importSessionKey(container: GmContainer, data: Uint8Array): AppletAnswer {
    const pair = container.keys.get('encryption');
    if (pair === undefined) return say(0x6a95);
    const length = number(data, 108, 4);
    const key = openGm(this.#ops, pair, data.slice(12, 76), data.slice(76, 108), data.slice(112, 112 + length));
    if (key === null || key.length !== 16) return say(0x6a9b);
    const id = this.#sessionKeys.size + 1;
    this.#sessionKeys.set(id, key);
    return say(SW_OK, u16(id));
  }

  #withSessionKey(ins: number, data: Uint8Array): AppletAnswer {
    const id = number(data, 0, 2);
    const key = this.#sessionKeys.get(id);
    if (key === undefined) return say(0x6a95);
    if (ins === INS.DecryptInit) {
      if (number(data, 2, 4) !== SGD.SM4_CBC) return say(0x6a81);
      this.#cipher = createDecipheriv('sm4-cbc', key, data.slice(6, 22)).setAutoPadding(false);
      return say(SW_OK);
    }
    if (ins === INS.DecryptUpdate && this.#cipher !== null) {
      const part = data.subarray(2);
      return part.length % 16 === 0 ? say(SW_OK, Uint8Array.from(this.#cipher.update(part))) : say(0x6700);
    }
    if (ins !== INS.DestroySessionKey) return say(0x6d00);
    this.#sessionKeys.delete(id);
    return say(SW_OK);
  }

  #file({ ins }: CommandApdu, data: Uint8Array): AppletAnswer {
    const files = this.#options.files ?? {};
    if (ins === INS.EnumFiles) return say(SW_OK, names(Object.keys(files)));
    const file = files[utf8Decode(data)];
    if (file === undefined) return say(0x6a93);
    return say(SW_OK, concatBytes(u32(file.bytes.length), u32(file.needsPin ? 0x10 : SECURE_ANYONE), u32(0)));
  }

  #readFile(data: Uint8Array, le: CommandApdu['le']): AppletAnswer {
    const file = this.#options.files?.[utf8Decode(data.subarray(4))];
    if (file === undefined) return say(0x6a93);
    if (file.needsPin && !this.#pins.user.verified) return say(0x6982);
    const at = number(data, 0, 2);
    return say(SW_OK, file.bytes.slice(at, at + (typeof le === 'number' ? le : file.bytes.length)));
  }

  #counter(type: number): PinCounter {
    return type === PIN_TYPE.admin ? this.#pins.admin : this.#pins.user;
  }
}

function exported(certificate: Uint8Array | undefined): AppletAnswer {
  return certificate === undefined ? say(0x6a96) : say(SW_OK, concatBytes(u32(certificate.length), certificate));
}

function storeCertificate(container: GmContainer, data: Uint8Array): AppletAnswer {
  const use: GmKeyUse = data[0] === 1 ? 'signing' : 'encryption';
  const length = number(data, 1, 4);
  if (data.length !== 5 + length) return say(0x6a80);
  if (!container.keys.has(use)) return say(0x6a95);
  container.certificates.set(use, data.slice(5));
  return say(SW_OK);
}

function unsealed(sealed: Uint8Array, key: Uint8Array): Uint8Array {
  const cipher = createDecipheriv('sm4-ecb', key, null).setAutoPadding(false);
  const plain = Uint8Array.from(Buffer.concat([cipher.update(sealed), cipher.final()]));
  const end = plain.indexOf(0);
  return plain.slice(0, end === -1 ? plain.length : end);
}

function names(list: readonly string[]): Uint8Array {
  return concatBytes(...list.map((name) => concatBytes(utf8Encode(name), Uint8Array.of(0))), Uint8Array.of(0));
}

/** Little-endian; what is beyond the end counts as zeros. */
function number(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index -= 1) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, value >> 8);
const u32 = (value: number): Uint8Array =>
  Uint8Array.of(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff);
