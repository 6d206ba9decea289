import { concatBytes } from '@onelock/core/bytes';
import { type ApduForm, type CommandApdu, encodeCommand, mostBytes } from './command.ts';
import { brokenCard, type CardFailureContext, cardFailure, type StatusWord, SW_OK } from './status-words.ts';

/** What is said of an answer too short to be one; some readers make it of a card that was pulled. */
export const noStatus = 'answer without status';

/** Hands bytes to a card and back. Throws what the transport says of a card that is gone. */
export type Transmit = (command: Uint8Array) => Promise<Uint8Array>;

export interface CardAnswer {
  readonly data: Uint8Array;
  readonly sw: StatusWord;
}

/** How one card wants to be spoken to. */
export interface ApduStyle {
  readonly form: ApduForm;
  /** What a command longer than the form carries becomes: a chain (CLA bit 5), or an error. */
  readonly chaining: boolean;
  /** T=0: an expected length beside data is not sent, the card says 61xx instead. */
  readonly protocol?: 't0' | 't1';
}

/** The longest answer put together from GET RESPONSE: a certificate with room to spare. */
const mostAnswerBytes = 65_536;
/** A card that gives less than this each time is not answering but keeping us. */
const mostRounds = 300;

/**
 * Speaks to one card application: chains what is too long (ISO/IEC 7816-4 §5.3.3), fetches what is left (61xx, §5.3.4),
 * asks again once with the length the card names (6Cxx), and lets no card keep it longer than its limits.
 */
export class ApduChannel {
  readonly #transmit: Transmit;
  readonly #style: ApduStyle;

  constructor(transmit: Transmit, style: ApduStyle) {
    this.#transmit = transmit;
    this.#style = style;
  }

  /**
   * Sends a command. A status word other than 9000 is an answer here.
   * @throws {CodedError} ERR_TOKEN_DATA_CORRUPT for a card that breaks the protocol; what the transport throws
   */
  async send(name: string, command: CommandApdu): Promise<CardAnswer> {
    const { form, chaining } = this.#style;
    const { data } = command;
    if (data === undefined || data.length <= mostBytes[form].data || !chaining) return this.#complete(name, command);
    const step = mostBytes[form].data;
    for (let at = 0; at + step < data.length; at += step) {
      const link = { ...command, cla: command.cla | 0x10, data: data.subarray(at, at + step) };
      const answer = await this.#once(name, withoutLe(link));
      if (answer.sw !== SW_OK) return answer;
    }
    const last = data.length % step || step;
    return this.#complete(name, { ...command, data: data.subarray(data.length - last) });
  }

  /** Sends a command that must succeed. @throws {CodedError} what its status word means */
  async demand(name: string, command: CommandApdu, context?: CardFailureContext): Promise<Uint8Array> {
    const { data, sw } = await this.send(name, command);
    if (sw !== SW_OK) throw cardFailure(name, sw, context);
    return data;
  }

  async #complete(name: string, command: CommandApdu): Promise<CardAnswer> {
    let answer = await this.#once(name, command);
    if (answer.sw >> 8 === 0x6c) {
      answer = await this.#once(name, { ...command, le: lengthIn(answer.sw) });
      if (answer.sw >> 8 === 0x6c) throw brokenCard(name, '6Cxx twice');
    }
    return answer.sw >> 8 === 0x61 ? this.#rest(name, answer) : answer;
  }

  async #rest(name: string, first: CardAnswer): Promise<CardAnswer> {
    const parts = [first.data];
    let length = first.data.length;
    let { sw } = first;
    for (let round = 0; sw >> 8 === 0x61; round += 1) {
      if (round === mostRounds) throw brokenCard(name, '61xx without end');
      const answer = await this.#once(name, { cla: 0, ins: 0xc0, p1: 0, p2: 0, le: lengthIn(sw) });
      if (answer.sw >> 8 === 0x61 && answer.data.length === 0) throw brokenCard(name, '61xx without data');
      length += answer.data.length;
      if (length > mostAnswerBytes) throw brokenCard(name, `answer over ${mostAnswerBytes} bytes`);
      parts.push(answer.data);
      sw = answer.sw;
    }
    return { data: concatBytes(...parts), sw };
  }

  async #once(name: string, command: CommandApdu): Promise<CardAnswer> {
    const { form } = this.#style;
    const bytes = await this.#transmit(encodeCommand(this.#asProtocolBears(command), form));
    const [sw1, sw2] = bytes.subarray(-2);
    if (sw1 === undefined || sw2 === undefined) throw brokenCard(name, noStatus);
    const most = command.le === undefined || command.le === 'most' ? mostBytes[form].answer : command.le;
    if (bytes.length - 2 > most) throw brokenCard(name, `${bytes.length - 2} bytes instead of ${most}`);
    return { data: bytes.subarray(0, -2), sw: sw1 * 256 + sw2 };
  }

  #asProtocolBears(command: CommandApdu): CommandApdu {
    const { data } = command;
    return this.#style.protocol === 't0' && data !== undefined && data.length > 0 ? withoutLe(command) : command;
  }
}

/** xx in 61xx and 6Cxx: 00 stands for 256. */
function lengthIn(sw: StatusWord): number {
  return sw & 0xff || 256;
}

function withoutLe({ cla, ins, p1, p2, data }: CommandApdu): CommandApdu {
  return { cla, ins, p1, p2, ...(data && { data }) };
}
