import { concatBytes, equalBytes } from '../../bytes/compare.ts';
import { zaPrefix } from '../sm2-za.ts';
import type { GmEngine } from './engine.ts';

/** The input of the last ZA: nearly always the next one has the same user id. Public data. */
let lastInput: { readonly userId: Uint8Array; readonly bytes: Uint8Array } | undefined;

/**
 * ZA of GB/T 32918.2-2016 §5.5, 32 bytes.
 *
 * @param point  64 bytes X ‖ Y
 * @throws {CodedError} ERR_BYTES_TOO_LARGE for a user id of more than 8191 bytes
 */
export function zaBy(engine: Pick<GmEngine, 'digest'>, point: Uint8Array, userId: Uint8Array): Uint8Array {
  if (lastInput === undefined || !equalBytes(lastInput.userId, userId))
    lastInput = { userId: new Uint8Array(userId), bytes: concatBytes(zaPrefix(userId), point) };
  lastInput.bytes.set(point, lastInput.bytes.length - 64);
  return engine.digest(lastInput.bytes);
}
