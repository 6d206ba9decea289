import { randomUUID } from 'node:crypto';
import type { PublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Pin, SessionId, SkfQuirks } from '../port/index.ts';
import type { PresentApplication, SkfDevices } from './devices.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { toCString } from './names.ts';
import { defaultPinLength, demandLength, PinMemory, readPinCount, verifyPin } from './pin.ts';

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
    demandLength(pin, this.#pinLength);
    const application = await this.openApplication(place);
    try {
      const before = await readPinCount(this.#library, application);
      if (before?.left === 0) throw new CodedError('ERR_TOKEN_PIN_LOCKED');
      const others = this.#on(place);
      await this.#lock(application, others);
      await this.#verify(place, application, pin, before?.left ?? null);
      for (const other of others) other.state = 'open';
    } catch (error) {
      await this.closeApplication(application);
      throw error;
    }
    const id = randomUUID() as string as SessionId;
    this.#sessions.set(id, { place, application, publicKeys: new Map(), state: 'open' });
    return id;
  }

  /** Tries left as far as they are known, or null. */
  triesLeft(place: PresentApplication, said: number | null): number | null {
    return said === null ? null : this.#pinMemory.cautious(place.id, said);
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

  async #verify(place: PresentApplication, application: SkfHandle, pin: Pin, before: number | null): Promise<void> {
    try {
      await verifyPin(this.#library, application, pin);
    } catch (error) {
      throw await this.#countTries(place, application, error, before);
    }
    this.#pinMemory.noteRight(place.id);
  }

  /** The count that SKF_VerifyPIN gives back is left alone by some libraries; SKF_GetPINInfo is asked again. */
  async #countTries(
    place: PresentApplication,
    application: SkfHandle,
    error: unknown,
    before: number | null,
  ): Promise<unknown> {
    if (!isCodedError(error) || error.code !== 'ERR_TOKEN_PIN_INCORRECT' || before === null) return error;
    const options = { ...(error.native && { native: error.native }), cause: error };
    const now = await readPinCount(this.#library, application);
    if (now?.left === 0) return new CodedError('ERR_TOKEN_PIN_LOCKED', {}, options);
    const known = this.#pinMemory.cautious(place.id, before);
    const retriesLeft = this.#pinMemory.noteWrong(place.id, known, now?.left ?? null);
    return new CodedError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft }, options);
  }
}
