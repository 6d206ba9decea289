import { utf8Decode } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { Pin, PinRole, PinStatus } from '../port/index.ts';
import { CKU_SO, type Cryptoki, type Handle } from './abi.ts';
import { codedFailure, returnValueOf } from './errors.ts';
import type { PinPad } from './pin-pad.ts';
import { describePin, hasPinPad } from './pin-status.ts';
import type { PresentToken, TokenSlots } from './token-slots.ts';

/** Gives PINs to the library, each exactly once; where the device has a pad, it asks there. */
export class PinGiver {
  readonly #cryptoki: Cryptoki;
  readonly #slots: TokenSlots;
  readonly #openPad: () => PinPad;
  readonly #retries: number | undefined;
  /** Wrong PINs in a row, by role and token: some libraries' flags never say that tries were spent. */
  readonly #wrong = new Map<string, number>();
  #pad: PinPad | null = null;

  /**
   * @param openPad  called when a token with a pad is met; throws where that cannot be served
   * @param retries  tries when none was wrong, where the manifest says so
   */
  constructor(cryptoki: Cryptoki, slots: TokenSlots, openPad: () => PinPad, retries?: number) {
    this.#cryptoki = cryptoki;
    this.#slots = slots;
    this.#openPad = openPad;
    this.#retries = retries;
  }

  /** What the token says of a PIN, and that it is the last try where the flags are silent and we have seen all others spent. */
  status(token: PresentToken, role: PinRole): PinStatus {
    const said = describePin(this.#slots.info(token), role);
    const left = (this.#retries ?? Infinity) - (this.#wrong.get(keyOf(token, role)) ?? 0);
    return said.retriesLeft === null && left <= 1 ? { ...said, retriesLeft: 1, low: true } : said;
  }

  /** Whether the person types on the device, so that every PIN parameter is empty. */
  isPad(token: PresentToken): boolean {
    return hasPinPad(this.#slots.info(token));
  }

  /**
   * What can be known before a try is spent.
   * @throws {CodedError} ERR_TOKEN_PIN_LOCKED, ERR_TOKEN_PIN_LENGTH, ERR_DRIVER_NOT_INSTALLED
   */
  demand(token: PresentToken, role: PinRole, ...pins: readonly Pin[]): void {
    const info = this.#slots.info(token);
    if (describePin(info, role).locked) throw new CodedError('ERR_TOKEN_PIN_LOCKED');
    if (hasPinPad(info)) {
      this.#pad ??= this.#openPad();
      return;
    }
    const { minPinLen: min, maxPinLen: max } = info;
    for (const { length } of pins)
      if (length < min || (max > 0 && length > max)) throw new CodedError('ERR_TOKEN_PIN_LENGTH', { min, max });
  }

  /** @throws {CodedError} ERR_TOKEN_PIN_INCORRECT { retriesLeft: 1 | null }, ERR_TOKEN_PIN_LOCKED, ERR_USER_CANCELLED */
  async login(token: PresentToken, handle: Handle, userType: number, pin: Pin): Promise<void> {
    await this.#spend(token, userType === CKU_SO ? 'admin' : 'user', 'C_Login', async () => {
      if (this.#padOf(token) !== null) return this.#padOf(token)?.login(handle, userType);
      return this.#cryptoki.C_Login(handle, userType, utf8Decode(pin));
    }).catch((error: unknown) => {
      // Somebody else's login, which would say yes to any PIN: not ours.
      if (error instanceof CodedError && error.code === 'ERR_TOKEN_BUSY') this.#logout(handle);
      throw error;
    });
  }

  async change(token: PresentToken, handle: Handle, oldPin: Pin, newPin: Pin): Promise<void> {
    await this.#spend(token, 'user', 'C_SetPIN', async () => {
      if (this.#padOf(token) !== null) return this.#padOf(token)?.setPin(handle);
      return this.#cryptoki.C_SetPIN(handle, utf8Decode(oldPin), utf8Decode(newPin));
    });
  }

  async initialise(token: PresentToken, handle: Handle, newPin: Pin): Promise<void> {
    await this.#spend(token, 'user', 'C_InitPIN', async () => {
      if (this.#padOf(token) !== null) return this.#padOf(token)?.initPin(handle);
      return this.#cryptoki.C_InitPIN(handle, utf8Decode(newPin));
    });
  }

  #padOf(token: PresentToken): PinPad | null {
    return this.isPad(token) ? this.#pad : null;
  }

  async #spend(token: PresentToken, role: PinRole, api: string, act: () => Promise<void>): Promise<void> {
    const key = keyOf(token, role);
    try {
      await act();
      this.#wrong.delete(key);
    } catch (error) {
      const { minPinLen, maxPinLen } = this.#slots.info(token);
      const failure = codedFailure(api, error, { minPinLength: minPinLen, maxPinLength: maxPinLen });
      if (failure.code === 'ERR_TOKEN_PIN_LOCKED') this.#wrong.delete(key);
      throw failure.code === 'ERR_TOKEN_PIN_INCORRECT' ? this.#countTries(token, role, failure) : failure;
    }
  }

  /** The flags say no number, only "low", "one left" and "none". */
  #countTries(token: PresentToken, role: PinRole, failure: CodedError): CodedError {
    const key = keyOf(token, role);
    this.#wrong.set(key, (this.#wrong.get(key) ?? 0) + 1);
    const { locked, retriesLeft } = this.status(token, role);
    const options = { ...(failure.native && { native: failure.native }), cause: failure.cause };
    if (locked) return new CodedError('ERR_TOKEN_PIN_LOCKED', {}, options);
    return new CodedError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft }, options);
  }

  #logout(handle: Handle): void {
    try {
      this.#cryptoki.C_Logout(handle);
    } catch (error) {
      if (returnValueOf(error) === null) throw error;
    }
  }
}

function keyOf({ id }: PresentToken, role: PinRole): string {
  return `${role} ${id}`;
}
