import { randomUUID } from 'node:crypto';
import type { PublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Pin, PinRole, SessionId, SkfQuirks } from '../port/index.ts';
import type { PresentApplication, SkfDevices } from './devices.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { toCString } from './names.ts';
import { defaultPinLength, demandLength, type PinFunction, PinMemory, pinTypes, readPinCount, usePins } from './pin.ts';

export interface OpenSession {
  readonly place: PresentApplication;
  readonly application: SkfHandle;
  /** Keys of the signing certificates used so far, by identity. */
  readonly publicKeys: Map<string, PublicKey>;
  /** removed: the device left. loggedOut: a later PIN check on the same application took this session along. */
  state: 'open' | 'removed' | 'loggedOut';
}

/**
 * Sessions whose PIN was right. The unlocked state belongs to the application, not to who unlocked it: before another
 * check it is cleared, or a library would say "already logged in", or yes, to a wrong PIN.
 */
export class SkfSessions {
  readonly #library: SkfLibrary;
  readonly #sessions = new Map<SessionId, OpenSession>();
  readonly #pinMemory = new PinMemory();
  readonly #pinLength: { readonly min: number; readonly max: number };

  constructor(library: SkfLibrary, quirks: SkfQuirks) {
    this.#library = library;
    this.#pinLength = quirks.pinLength ?? defaultPinLength;
  }

  get pinLength(): { readonly min: number; readonly max: number } {
    return this.#pinLength;
  }

  /**
   * Verifies the PIN, once.
   * @throws {CodedError} ERR_TOKEN_PIN_INCORRECT { retriesLeft }, ERR_TOKEN_PIN_LOCKED, ERR_TOKEN_PIN_LENGTH, ERR_TOKEN_REMOVED
   */
  async open(place: PresentApplication, pin: Pin): Promise<SessionId> {
    const application = await this.openApplication(place);
    try {
      await this.#spend(place, application, 'user', 'SKF_VerifyPIN', [pinTypes.user], [pin]);
    } catch (error) {
      await this.closeApplication(application);
      throw error;
    }
    const id = randomUUID() as string as SessionId;
    this.#sessions.set(id, { place, application, publicKeys: new Map(), state: 'open' });
    return id;
  }

  /** SKF_ChangePIN of the user's PIN. @throws {CodedError} as {@link open} */
  async changePin(place: PresentApplication, oldPin: Pin, newPin: Pin): Promise<void> {
    await this.#spendAlone(place, 'user', 'SKF_ChangePIN', [pinTypes.user], [oldPin, newPin]);
  }

  /** SKF_UnblockPIN with the administrator's PIN. @throws {CodedError} as {@link open}, of the administrator's PIN */
  async unblockPin(place: PresentApplication, adminPin: Pin, newPin: Pin): Promise<void> {
    await this.#spendAlone(place, 'admin', 'SKF_UnblockPIN', [], [adminPin, newPin]);
    this.#pinMemory.forget(memoryKey(place, 'user'));
  }

  /** Tries left as far as they are known, or null. */
  triesLeft(place: PresentApplication, role: PinRole, said: number | null): number | null {
    return this.#pinMemory.cautious(memoryKey(place, role), said);
  }

  /** @throws {CodedError} ERR_TOKEN_SESSION_CLOSED, ERR_TOKEN_REMOVED */
  demand(id: SessionId): OpenSession {
    const session = this.#sessions.get(id);
    if (session === undefined || session.state === 'loggedOut') throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
    if (session.state === 'removed') throw new CodedError('ERR_TOKEN_REMOVED');
    return session;
  }

  /** Locks the application again with its last session. */
  async close(id: SessionId): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    if (session === undefined || session.state === 'removed') return;
    if (this.#on(session.place).length === 0) await this.#library.tryCall('SKF_ClearSecureState', session.application);
    await this.closeApplication(session.application);
  }

  async closeAll(): Promise<void> {
    for (const id of [...this.#sessions.keys()]) await this.close(id);
  }

  /** Marks the sessions of what is no longer there. */
  dropAbsent(devices: SkfDevices): void {
    for (const session of this.#sessions.values()) {
      const { id, device } = session.place;
      if (devices.present.some((place) => place.id === id && place.device === device)) continue;
      session.state = 'removed';
    }
  }

  openApplication({ device, name }: PresentApplication): Promise<SkfHandle> {
    return this.#library.open('SKF_OpenApplication', device.handle, toCString(name.bytes));
  }

  /** A device that is gone took its handles along. */
  async closeApplication(application: SkfHandle): Promise<void> {
    await this.#library.tryCall('SKF_CloseApplication', application);
  }

  #on(place: PresentApplication): readonly OpenSession[] {
    return [...this.#sessions.values()].filter(({ state, place: its }) => state === 'open' && its.id === place.id);
  }

  /** Also when none of ours is open: another program may have left the application unlocked. */
  async #lock(application: SkfHandle, others: readonly OpenSession[]): Promise<void> {
    await this.#library.tryCall('SKF_ClearSecureState', application);
    for (const other of others) other.state = 'loggedOut';
  }

  async #spendAlone(
    place: PresentApplication,
    role: PinRole,
    name: PinFunction,
    before: readonly number[],
    pins: readonly Pin[],
  ): Promise<void> {
    const application = await this.openApplication(place);
    try {
      await this.#spend(place, application, role, name, before, pins);
    } finally {
      await this.closeApplication(application);
    }
  }

  /** Gives a PIN to the library, once, unless it is known to be locked or cannot be right. */
  async #spend(
    place: PresentApplication,
    application: SkfHandle,
    role: PinRole,
    name: PinFunction,
    before: readonly number[],
    pins: readonly Pin[],
  ): Promise<void> {
    for (const pin of pins) demandLength(pin, this.#pinLength);
    const count = await readPinCount(this.#library, application, role);
    if (count?.left === 0) throw new CodedError('ERR_TOKEN_PIN_LOCKED');
    const others = this.#on(place);
    await this.#lock(application, others);
    try {
      await usePins(this.#library, name, application, before, pins);
    } catch (error) {
      throw await this.#countTries(place, application, role, error, count?.left ?? null);
    }
    this.#pinMemory.forget(memoryKey(place, role));
    if (name === 'SKF_VerifyPIN') for (const other of others) other.state = 'open';
  }

  /**
   * The count that SKF_VerifyPIN gives back is left alone by some libraries; SKF_GetPINInfo is asked again. Where there is none, what
   * came back is all there is, and is remembered for the next time a PIN is asked for.
   */
  async #countTries(
    place: PresentApplication,
    application: SkfHandle,
    role: PinRole,
    error: unknown,
    before: number | null,
  ): Promise<unknown> {
    if (!isCodedError(error)) return error;
    const key = memoryKey(place, role);
    const options = { ...(error.native && { native: error.native }), cause: error };
    const { retriesLeft: told } = error.params;
    const now = before === null ? null : await readPinCount(this.#library, application, role);
    const isLocked = error.code === 'ERR_TOKEN_PIN_LOCKED' || now?.left === 0 || (before === null && told === 0);
    if (isLocked) this.#pinMemory.forget(key);
    if (error.code !== 'ERR_TOKEN_PIN_INCORRECT') return error;
    if (isLocked) return new CodedError('ERR_TOKEN_PIN_LOCKED', {}, options);
    const said = before !== null ? (now?.left ?? null) : typeof told === 'number' ? told : null;
    const retriesLeft = this.#pinMemory.noteWrong(key, this.#pinMemory.cautious(key, before), said);
    return new CodedError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft }, options);
  }
}

function memoryKey({ id }: PresentApplication, role: PinRole): string {
  return `${role} ${id}`;
}
