import { concatBytes, equalBytes, fromHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { HidFraming } from '../../../port/index.ts';
import { brokenCard } from '../../apdu/index.ts';

/** The longest message either way: an extended command or answer. */
const mostBytes = 65_544;

interface Direction {
  readonly id: number;
  readonly first: Uint8Array;
  readonly next: Uint8Array;
}

/**
 * Cuts a message into reports: mark and length in front of the first, mark and count in front of the others, zeros behind the
 * last. Every report begins with its id, 0 where the device has none: hidraw and hidapi want it so.
 *
 * @throws {CodedError} ERR_DRIVER_LIMIT_EXCEEDED for a message whose length has no room
 */
export function encodeReports(message: Uint8Array, framing: HidFraming): readonly Uint8Array[] {
  const { reportBytes, lengthBytes } = framing;
  const limit = Math.min(mostBytes, 256 ** lengthBytes - 1);
  if (message.length > limit) throw new CodedError('ERR_DRIVER_LIMIT_EXCEEDED', { limit });
  const direction = directionOf(framing, 'output');
  const reports: Uint8Array[] = [];
  for (let at = 0; at < message.length || reports.length === 0; ) {
    const head =
      reports.length === 0
        ? firstHead(message.length, framing, direction)
        : nextHead(reports.length, framing, direction);
    const part = message.subarray(at, at + reportBytes - head.length);
    const report = new Uint8Array(1 + reportBytes);
    report.set(concatBytes(Uint8Array.of(direction.id), head, part));
    reports.push(report);
    at += part.length;
  }
  return reports;
}

/** Puts one message together from the reports of a device, whatever the device sends. */
export class ReportAssembler {
  readonly #framing: HidFraming;
  readonly #direction: Direction;
  #message: Uint8Array | null = null;
  #filled = 0;
  #reports = 0;

  constructor(framing: HidFraming) {
    this.#framing = framing;
    this.#direction = directionOf(framing, 'input');
  }

  /**
   * @param report  as the system reads it: with its id in front where the device has ids, else without
   * @returns the message when this report completes it, else null
   * @throws {CodedError} ERR_TOKEN_DATA_CORRUPT for a report that breaks the framing; the assembler is of no use then
   */
  take(report: Uint8Array): Uint8Array | null {
    const body = this.#body(report);
    if (body === null) return null;
    const payload = this.#message === null ? this.#begin(body) : this.#continue(body);
    const message = this.#message;
    if (message === null) throw brokenCard('HID', 'report out of place');
    const part = payload.subarray(0, message.length - this.#filled);
    message.set(part, this.#filled);
    this.#filled += part.length;
    this.#reports += 1;
    return this.#filled === message.length ? message : null;
  }

  /** null for a report of another id: a key may be a keyboard too. */
  #body(report: Uint8Array): Uint8Array | null {
    const { id } = this.#direction;
    if (id === 0) return report.subarray(0, this.#framing.reportBytes);
    return report[0] === id ? report.subarray(1, 1 + this.#framing.reportBytes) : null;
  }

  #begin(body: Uint8Array): Uint8Array {
    const { lengthBytes, lengthOrder = 'big' } = this.#framing;
    const { first } = this.#direction;
    if (!startsWith(body, first)) throw brokenCard('HID', 'first report without its mark');
    const digits = body.slice(first.length, first.length + lengthBytes);
    if (digits.length < lengthBytes) throw brokenCard('HID', 'report cut short');
    if (lengthOrder === 'little') digits.reverse();
    const length = digits.reduce((value, byte) => value * 256 + byte, 0);
    if (length > mostBytes) throw brokenCard('HID', `message of ${length} bytes`);
    this.#message = new Uint8Array(length);
    return body.subarray(first.length + lengthBytes);
  }

  #continue(body: Uint8Array): Uint8Array {
    const { next } = this.#direction;
    if (!startsWith(body, next)) throw brokenCard('HID', 'later report without its mark');
    const rest = body.subarray(next.length);
    if (this.#framing.sequence !== true) return demandSome(rest);
    if (rest[0] !== ((this.#reports - 1) & 0xff)) throw brokenCard('HID', 'report out of sequence');
    return demandSome(rest.subarray(1));
  }
}

/** Reports without a byte of the message would never end. */
function demandSome(rest: Uint8Array): Uint8Array {
  if (rest.length === 0) throw brokenCard('HID', 'empty report');
  return rest;
}

function directionOf(framing: HidFraming, which: 'output' | 'input'): Direction {
  const { id = 0, first = '', next = '' } = (which === 'input' ? framing.input : undefined) ?? framing.output ?? {};
  return { id, first: fromHex(first), next: fromHex(next) };
}

function firstHead(length: number, { lengthBytes, lengthOrder = 'big' }: HidFraming, { first }: Direction): Uint8Array {
  const digits = Uint8Array.from({ length: lengthBytes }, (_, index) => Math.floor(length / 256 ** index) & 0xff);
  return concatBytes(first, lengthOrder === 'little' ? digits : digits.toReversed());
}

function nextHead(count: number, { sequence }: HidFraming, { next }: Direction): Uint8Array {
  return sequence === true ? concatBytes(next, Uint8Array.of((count - 1) & 0xff)) : next;
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && equalBytes(bytes.subarray(0, start.length), start);
}
