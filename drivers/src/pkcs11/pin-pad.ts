import { CodedError, isCodedError } from '@onelock/core/errors';
import { type KoffiFunction, type KoffiType, loadKoffi } from '../skf/load-koffi.ts';
import type { Handle } from './abi.ts';
import { codedReturnValue } from './errors.ts';

type PinPadFunction = 'C_Login' | 'C_SetPIN' | 'C_InitPIN';

/** CK_ULONG, and pointers. */
const u = process.platform === 'win32' ? 'uint32_t' : 'unsigned long';
const signatures = {
  C_Login: [u, u, 'void *', u],
  C_SetPIN: [u, 'void *', u, 'void *', u],
  C_InitPIN: [u, 'void *', u],
} as const satisfies Record<PinPadFunction, readonly KoffiType[]>;

/** Loads what PIN pads need, while its files may still be read; without it a token with a pad is refused by its code. */
export function preparePinPads(driver: string): void {
  try {
    loadKoffi(driver);
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
}

/**
 * Calls that ask the person on the device itself: the standard wants NULL for the PIN there (PKCS#11 v2.40 §5.6), which the binding
 * cannot give. They run on a thread of their own, for as long as the person needs; whoever calls lets nothing else into the
 * library meanwhile.
 */
export class PinPad {
  readonly #functions = new Map<PinPadFunction, KoffiFunction>();

  /** @throws {CodedError} ERR_DRIVER_NOT_INSTALLED when the optional part koffi is not there */
  constructor(driver: string, library: string) {
    const native = loadKoffi(driver).load(library);
    for (const [name, parameters] of Object.entries(signatures)) {
      try {
        this.#functions.set(name as PinPadFunction, native.func('__cdecl', name, u, parameters));
      } catch {
        // Exported by no name of its own: such a library has only its function list. Asked for, it is unsupported.
      }
    }
  }

  /** @throws {CodedError} as C_Login; ERR_USER_CANCELLED when the person did not type one */
  login(session: Handle, userType: number): Promise<void> {
    return this.#call('C_Login', [numberOf(session), userType, null, 0]);
  }

  /** The device asks for the old PIN and twice for the new one. */
  setPin(session: Handle): Promise<void> {
    return this.#call('C_SetPIN', [numberOf(session), null, 0, null, 0]);
  }

  initPin(session: Handle): Promise<void> {
    return this.#call('C_InitPIN', [numberOf(session), null, 0]);
  }

  async #call(name: PinPadFunction, parameters: readonly unknown[]): Promise<void> {
    const found = this.#functions.get(name);
    if (found === undefined) throw new CodedError('ERR_CALL_UNSUPPORTED', { call: name });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    found.async(...parameters, (error: Error | null, value: number | bigint) => {
      if (error) reject(error);
      else resolve(Number(value));
    });
    const value = await promise;
    if (value !== 0) throw codedReturnValue(name, value);
  }
}

/** A CK_ULONG as the binding shows it. */
function numberOf(handle: Handle): number | bigint {
  return handle.length === 8 ? handle.readBigUInt64LE() : handle.readUInt32LE();
}
