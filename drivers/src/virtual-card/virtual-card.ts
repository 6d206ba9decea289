import { concatBytes } from '@onelock/core/bytes';
import { type CommandApdu, decodeCommand, SW_OK } from '../card/apdu/index.ts';
import { type AppletAnswer, say, type VirtualApplet } from './applet.ts';

/**
 * Answer to reset: direct convention, T=1, historical bytes in compact TLV with card capabilities "command chaining, extended
 * length" (ISO/IEC 7816-4 §12.1.1.9).
 */
export const defaultAtr = atrOf([0x80, 0x73, 0x00, 0x01, 0xc0, 0x4f, 0x4e, 0x45]);

const mostChained = 65_535;
const shortAnswer = 256;

/** Stands between reader and card: may answer itself, change an answer, wait, or never come back. */
export type Interference = (
  command: Uint8Array,
  card: (command: Uint8Array) => Uint8Array,
) => Promise<Uint8Array> | Uint8Array;

/**
 * A card in software: ISO/IEC 7816-4's selection, chaining and GET RESPONSE, and applets that do the work. Development and
 * tests need it, and whoever writes a card application; it keeps its keys in memory and nothing of it is safe.
 */
export class VirtualCard {
  readonly atr: Uint8Array;
  /** For tests of what bad cards do. */
  interference: Interference | null = null;
  readonly #applets: readonly VirtualApplet[];
  #selected: VirtualApplet | null = null;
  #chain: Uint8Array = new Uint8Array();
  #held: AppletAnswer | null = null;
  #resets = 0;

  constructor(applets: readonly VirtualApplet[], atr: Uint8Array = defaultAtr) {
    this.#applets = applets;
    this.atr = atr;
    this.reset();
  }

  /** How often the card got power or was reset. */
  get resets(): number {
    return this.#resets;
  }

  reset(): void {
    this.#resets += 1;
    for (const applet of this.#applets) applet.reset();
    this.#selected = this.#applets.find(({ implicit }) => implicit === true) ?? null;
    this.#chain = new Uint8Array();
    this.#held = null;
  }

  async transmit(bytes: Uint8Array): Promise<Uint8Array> {
    if (this.interference !== null) return this.interference(bytes, (command) => this.answer(command));
    return this.answer(bytes);
  }

  answer(bytes: Uint8Array): Uint8Array {
    const read = decodeCommand(bytes);
    if (read === null) return encode(say(0x6700));
    const { command, form } = read;
    if (command.ins === 0xc0 && command.cla === 0) return encode(this.#rest(lengthOf(command.le)));
    this.#held = null;
    const answer = this.#chained(command);
    if (form === 'extended') return encode(answer);
    this.#held = answer;
    return encode(this.#rest(command.le === undefined ? 0 : lengthOf(command.le)));
  }

  #chained(command: CommandApdu): AppletAnswer {
    const data = concatBytes(this.#chain, command.data ?? new Uint8Array());
    if (data.length > mostChained) {
      this.#chain = new Uint8Array();
      return say(0x6700);
    }
    if ((command.cla & 0x10) !== 0) {
      this.#chain = data;
      return say(SW_OK);
    }
    this.#chain = new Uint8Array();
    return this.#process({ ...command, data });
  }

  #process(command: CommandApdu): AppletAnswer {
    if (command.cla === 0 && command.ins === 0xa4 && command.p1 === 4)
      return this.#select(command.data ?? new Uint8Array());
    return this.#selected === null ? say(0x6d00) : this.#selected.process(command);
  }

  #select(aid: Uint8Array): AppletAnswer {
    const found = this.#applets.find((applet) => aid.length >= 5 && startsWith(applet.aid, aid));
    if (found === undefined) return say(0x6a82);
    if (this.#selected !== null && this.#selected !== found) this.#selected.reset();
    this.#selected = found;
    return found.select();
  }

  /** The next part of an answer that did not fit; 61xx says how much is left. */
  #rest(wanted: number): AppletAnswer {
    const held = this.#held;
    if (held === null) return say(0x6985);
    const data = held.data.subarray(0, wanted);
    const left = held.data.subarray(data.length);
    this.#held = left.length === 0 ? null : { ...held, data: left };
    return left.length === 0 ? say(held.sw, data) : say(0x6100 + (left.length > 255 ? 0 : left.length), data);
  }
}

function lengthOf(le: CommandApdu['le']): number {
  return le === 'most' || le === undefined ? shortAnswer : le;
}

function encode({ data, sw }: AppletAnswer): Uint8Array {
  return concatBytes(data, Uint8Array.of(sw >> 8, sw & 0xff));
}

function startsWith(whole: Uint8Array, start: Uint8Array): boolean {
  return start.length <= whole.length && start.every((byte, index) => byte === whole[index]);
}

function atrOf(historical: readonly number[]): Uint8Array {
  const body = [0x80 + historical.length, 0x80, 0x01, ...historical];
  return Uint8Array.from([0x3b, ...body, body.reduce((check, byte) => check ^ byte, 0)]);
}
