import { concatBytes, fromHex } from '@onelock/core/bytes';
import type { Gmt0017Quirks } from '../../../port/card-config.ts';
import { type ApduChannel, type CardAnswer, cardFailure, SW_OK } from '../../apdu/index.ts';
import { type GmNumbers, gmNumbers } from './gm-numbers.ts';
import { type GmInstruction, gmCodes, INS } from './instructions.ts';
import { challengeBytes, commandMac } from './pin-proof.ts';

interface GmCommand {
  readonly p1?: number;
  readonly p2?: number;
  readonly data?: Uint8Array;
  /** Bytes wanted. */
  readonly le?: number | 'most';
}

const mostNames = 64;

/** The commands of GM/T 0017 in one vendor's dialect. */
export class GmChannel {
  readonly channel: ApduChannel;
  readonly numbers: GmNumbers;
  readonly quirks: Gmt0017Quirks;

  constructor(channel: ApduChannel, quirks: Gmt0017Quirks) {
    this.channel = channel;
    this.quirks = quirks;
    this.numbers = gmNumbers(quirks.numbers ?? 'little');
  }

  /** A status word other than 9000 is an answer here. */
  send(name: GmInstruction, { p1 = 0, p2 = 0, data, le }: GmCommand): Promise<CardAnswer> {
    const [cla = 0x80] = fromHex(this.quirks.cla ?? '80');
    const rest = { ...(data && { data }), ...(le && { le }) };
    return this.channel.send(`GM ${name}`, { cla, ins: INS[name], p1, p2, ...rest });
  }

  /** @throws {CodedError} what the status word means */
  async demand(name: GmInstruction, command: GmCommand): Promise<Uint8Array> {
    const { data, sw } = await this.send(name, command);
    if (sw === SW_OK) return data;
    throw cardFailure(`GM ${name}`, sw, { codes: gmCodes });
  }

  /** The answer, or null where the card says that there is none. */
  async find(name: GmInstruction, command: GmCommand, absent: readonly number[]): Promise<Uint8Array | null> {
    const { data, sw } = await this.send(name, command);
    if (sw === SW_OK) return data;
    if (absent.includes(sw)) return null;
    throw cardFailure(`GM ${name}`, sw, { codes: gmCodes });
  }

  challenge(): Promise<Uint8Array> {
    return this.demand('GenRandom', { le: challengeBytes });
  }

  /** Secure messaging: CLA 84, and a MAC where the vendor has one. */
  async sendSecurely(name: GmInstruction, p2: number, data: Uint8Array, key: Uint8Array): Promise<CardAnswer> {
    const [cla = 0x80] = fromHex(this.quirks.cla ?? '80');
    const header = { cla: cla | 0x04, ins: INS[name], p1: 0, p2 };
    if (this.quirks.pinMac === 'none') return this.channel.send(`GM ${name}`, { ...header, data });
    const challenge = await this.challenge();
    const length = data.length + 4;
    const bytes = Uint8Array.of(header.cla, header.ins, 0, p2, 0, length >> 8, length & 0xff);
    const mac = commandMac(bytes, data, challenge, key);
    return this.channel.send(`GM ${name}`, { ...header, data: concatBytes(data, mac) });
  }
}

/** Names end in NUL, the list in another; UTF-8 or what else a vendor wrote, as one character a byte. */
export function readNames(list: Uint8Array): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < list.length && found.length < mostNames; ) {
    const end = list.indexOf(0, at);
    const name = list.subarray(at, end === -1 ? list.length : end);
    if (name.length === 0) break;
    const text = decoded(name);
    if (!found.includes(text)) found.push(text);
    at += name.length + 1;
  }
  return found;
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const latin = new TextDecoder('latin1');

/** A text in a field of fixed length: up to the first NUL, without blanks around it. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoded(end === -1 ? bytes : bytes.subarray(0, end)).trim();
}

function decoded(text: Uint8Array): string {
  try {
    return printable(decoder.decode(text));
  } catch {
    return printable(latin.decode(text));
  }
}

/** Without control characters, which a vendor's padding may contain. */
function printable(text: string): string {
  return [...text].filter((character) => character >= ' ' && character !== '\u007f').join('');
}
