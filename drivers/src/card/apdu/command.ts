import { concatBytes } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';

/** One command to a card (ISO/IEC 7816-4 §5.1). `le` absent: no answer wanted; `most`: as much as the form can carry. */
export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data?: Uint8Array;
  readonly le?: number | 'most';
}

/** Short fields count to 255 and 256, extended ones to 65 535 and 65 536. */
export type ApduForm = 'short' | 'extended';

export const mostBytes = {
  short: { data: 255, answer: 256 },
  extended: { data: 65_535, answer: 65_536 },
} as const satisfies Record<ApduForm, { readonly data: number; readonly answer: number }>;

/**
 * The bytes of a command, cases 1 to 4.
 * @throws {CodedError} ERR_DRIVER_LIMIT_EXCEEDED when data or `le` do not fit into the form
 */
export function encodeCommand({ cla, ins, p1, p2, data, le }: CommandApdu, form: ApduForm): Uint8Array {
  const most = mostBytes[form];
  if (data !== undefined && data.length > most.data)
    throw new CodedError('ERR_DRIVER_LIMIT_EXCEEDED', { limit: most.data });
  if (typeof le === 'number' && (le < 1 || le > most.answer))
    throw new CodedError('ERR_DRIVER_LIMIT_EXCEEDED', { limit: most.answer });
  const header = Uint8Array.of(cla, ins, p1, p2);
  const hasData = data !== undefined && data.length > 0;
  if (form === 'short')
    return concatBytes(
      header,
      hasData ? Uint8Array.of(data.length) : none,
      hasData ? data : none,
      le === undefined ? none : Uint8Array.of(le === 'most' ? 0 : le & 0xff),
    );
  const mark = hasData || le !== undefined ? Uint8Array.of(0) : none;
  const wanted = le === 'most' ? 0 : le;
  return concatBytes(
    header,
    mark,
    hasData ? twoBytes(data.length) : none,
    hasData ? data : none,
    wanted === undefined ? none : twoBytes(wanted),
  );
}

const none = new Uint8Array();
const twoBytes = (value: number): Uint8Array => Uint8Array.of((value >> 8) & 0xff, value & 0xff);

/**
 * Reads a command as a card does; the form shows in its length.
 * @returns null when the lengths contradict each other (a card answers 6700)
 */
export function decodeCommand(bytes: Uint8Array): { readonly command: CommandApdu; readonly form: ApduForm } | null {
  const [cla, ins, p1, p2, first] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return null;
  const header = { cla, ins, p1, p2 };
  const body = bytes.subarray(4);
  if (first === undefined) return { command: header, form: 'short' };
  if (first === 0 && body.length > 1) return decodeExtended(header, body.subarray(1));
  if (body.length === 1) return { command: { ...header, le: first === 0 ? 256 : first }, form: 'short' };
  const data = body.slice(1, 1 + first);
  const rest = body.subarray(1 + first);
  if (data.length < first || rest.length > 1) return null;
  const [le] = rest;
  const command = le === undefined ? { ...header, data } : { ...header, data, le: le === 0 ? 256 : le };
  return { command, form: 'short' };
}

function decodeExtended(header: CommandApdu, body: Uint8Array): ReturnType<typeof decodeCommand> {
  const [high, low] = body;
  if (high === undefined || low === undefined) return null;
  const first = high * 256 + low;
  if (body.length === 2) return { command: { ...header, le: first === 0 ? 65_536 : first }, form: 'extended' };
  const data = body.slice(2, 2 + first);
  const rest = body.subarray(2 + first);
  if (first === 0 || data.length < first) return null;
  if (rest.length === 0) return { command: { ...header, data }, form: 'extended' };
  const [leHigh, leLow] = rest;
  if (rest.length !== 2 || leHigh === undefined || leLow === undefined) return null;
  const le = leHigh * 256 + leLow;
  return { command: { ...header, data, le: le === 0 ? 65_536 : le }, form: 'extended' };
}
