import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Pin, PinRole, PinStatus } from '../port/index.ts';
import { readUlong } from './abi.ts';
import { ADMIN_TYPE, USER_TYPE } from './constants.ts';
import { codedFailure } from './errors.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';

/** GM/T 0016 has no call for the length; keys take 6 to 16 bytes unless the configuration says otherwise. */
export const defaultPinLength = { min: 6, max: 16 } as const;

/** What a library that does not write the count leaves in it. */
const unwritten = 0xff;
const mostTries = 255;

export interface PinCount {
  readonly left: number;
  readonly most: number;
  readonly isDefault: boolean;
}

export const pinTypes = { admin: ADMIN_TYPE, user: USER_TYPE } as const satisfies Record<PinRole, number>;

/** What the library says of a PIN, or null where it says nothing, or what cannot be: it is seen to leave the count as it was. */
export async function readPinCount(
  library: SkfLibrary,
  application: SkfHandle,
  role: PinRole = 'user',
): Promise<PinCount | null> {
  const [most, left, isDefault] = [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)];
  for (const count of [most, left]) count.fill(unwritten, 0, library.abi.ulongBytes);
  try {
    await library.call('SKF_GetPINInfo', application, pinTypes[role], most, left, isDefault);
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_CALL_UNSUPPORTED') return null;
    if (isCodedError(error) && role === 'admin' && error.native?.name === 'SAR_USER_TYPE_INVALID') return null;
    throw error;
  }
  const count = { left: readUlong(left, 0, library.abi), most: readUlong(most, 0, library.abi) };
  if (count.left > mostTries || count.most > mostTries || count.most === 0) return null;
  return { ...count, isDefault: isDefault.readInt32LE() !== 0 };
}

/**
 * The tries of each application as far as we can know better than its library: a wrong PIN has cost one, whatever the
 * library says. Too low a number makes people careful, too high a number locks their key.
 */
export class PinMemory {
  readonly #atMost = new Map<string, number>();

  /** The library's count, and no more than we know; what we know where it says nothing. */
  cautious(id: string, left: number): number;
  cautious(id: string, left: number | null): number | null;
  cautious(id: string, left: number | null): number | null {
    const known = this.#atMost.get(id) ?? null;
    return left === null || known === null ? (left ?? known) : Math.min(left, known);
  }

  /** @returns the tries left, null while nobody has said any number */
  noteWrong(id: string, leftBefore: number, saidNow: number | null): number;
  noteWrong(id: string, leftBefore: number | null, saidNow: number | null): number | null;
  noteWrong(id: string, leftBefore: number | null, saidNow: number | null): number | null {
    if (leftBefore === null && saidNow === null) return null;
    const left = Math.max(1, Math.min((leftBefore ?? Infinity) - 1, saidNow ?? Infinity));
    this.#atMost.set(id, left);
    return left;
  }

  /** The PIN was right, is another one, or is locked, which the library says itself. */
  forget(id: string): void {
    this.#atMost.delete(id);
  }
}

export function describePin(
  count: PinCount | null,
  left: number | null,
  length: { readonly min: number; readonly max: number },
): PinStatus {
  const locked = count?.left === 0;
  return {
    retriesLeft: locked ? 0 : left,
    retriesMax: count?.most ?? null,
    low: !locked && left !== null && left <= 2 && left < (count?.most ?? left + 1),
    locked,
    isDefault: count?.isDefault ?? null,
    minLength: length.min,
    maxLength: length.max,
  };
}

/** The functions that check a PIN. */
export type PinFunction = 'SKF_VerifyPIN' | 'SKF_ChangePIN' | 'SKF_UnblockPIN';

/**
 * One of the functions that check a PIN, exactly once.
 *
 * @param before  what comes between the application and the PINs
 * @throws {CodedError} as codedFailure says; ERR_TOKEN_PIN_INCORRECT with the tries left where the library wrote them
 */
export async function usePins(
  library: SkfLibrary,
  name: PinFunction,
  application: SkfHandle,
  before: readonly number[],
  pins: readonly Pin[],
): Promise<void> {
  const texts = pins.map((pin) => {
    const text = Buffer.alloc(pin.length + 1);
    text.set(pin);
    return text;
  });
  const count = Buffer.alloc(8);
  count.fill(unwritten, 0, library.abi.ulongBytes);
  try {
    const value = await library.tryCall(name, application, ...before, ...texts, count);
    if (value === 0) return;
    const failure = codedFailure(name, value);
    const left = readUlong(count, 0, library.abi);
    if (failure.code !== 'ERR_TOKEN_PIN_INCORRECT' || left > mostTries) throw failure;
    throw new CodedError(failure.code, { retriesLeft: left }, { ...(failure.native && { native: failure.native }) });
  } finally {
    for (const text of texts) text.fill(0);
  }
}

/** A PIN that cannot be right costs no try; a NUL within would cut it short. */
export function demandLength(pin: Pin, { min, max }: { readonly min: number; readonly max: number }): void {
  if (pin.length < min || pin.length > max || pin.includes(0))
    throw new CodedError('ERR_TOKEN_PIN_LENGTH', { min, max });
}
