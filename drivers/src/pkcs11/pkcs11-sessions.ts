import { randomUUID } from 'node:crypto';
import { CodedError } from '@onelock/core/errors';
import type { Pin, SessionId } from '../port/index.ts';
import {
  CKF_RW_SESSION,
  CKF_SERIAL_SESSION,
  CKF_WRITE_PROTECTED,
  CKU_CONTEXT_SPECIFIC,
  CKU_SO,
  CKU_USER,
  type Cryptoki,
  type Handle,
} from './abi.ts';
import { codedFailure, returnValueOf } from './errors.ts';
import type { CertifiedKey } from './find-keys.ts';
import { hasAlwaysAuthenticate } from './objects.ts';
import type { PinGiver } from './pin-giver.ts';
import type { PresentToken, TokenSlots } from './token-slots.ts';

export interface OpenSession {
  readonly token: PresentToken;
  readonly handle: Handle;
  /** Keys used so far, by what they were asked for. */
  readonly keys: Map<string, CertifiedKey>;
  /** For keys that want the PIN before every use; null where there are none, or a PIN pad. */
  readonly contextPin: Pin | null;
  /** removed: the token left. loggedOut: a later login on the same token failed and took this one along. */
  state: 'open' | 'removed' | 'loggedOut';
}

/**
 * Sessions that are logged in. PKCS#11 logs in a whole token, not a session, so a second login on it must first log out:
 * otherwise the library would say "already logged in" to a wrong PIN.
 */
export class Pkcs11Sessions {
  readonly #cryptoki: Cryptoki;
  readonly #slots: TokenSlots;
  readonly #pins: PinGiver;
  readonly #keepsContextPin: boolean;
  readonly #sessions = new Map<SessionId, OpenSession>();

  constructor(cryptoki: Cryptoki, slots: TokenSlots, pins: PinGiver, keepsContextPin = true) {
    this.#cryptoki = cryptoki;
    this.#slots = slots;
    this.#pins = pins;
    this.#keepsContextPin = keepsContextPin;
  }

  /** Whether any session still needs the library as it is. */
  get busy(): boolean {
    return [...this.#sessions.values()].some(({ state }) => state === 'open');
  }

  /**
   * Logs in, with exactly one C_Login.
   * @throws {CodedError} ERR_TOKEN_PIN_INCORRECT { retriesLeft: 1 | null }, ERR_TOKEN_PIN_LOCKED, ERR_TOKEN_PIN_LENGTH,
   *   ERR_TOKEN_REMOVED
   */
  async open(token: PresentToken, pin: Pin): Promise<SessionId> {
    this.#pins.demand(token, 'user', pin);
    const others = this.#on(token);
    const handle = this.#openForWriting(token);
    try {
      if (others.length > 0) this.#logout(handle);
      await this.#pins.login(token, handle, CKU_USER, pin);
    } catch (error) {
      for (const other of others) this.#end(other, 'loggedOut');
      this.closePublic(handle);
      throw error;
    }
    const wantsPin = this.#keepsContextPin && pin.length > 0 && hasAlwaysAuthenticate(this.#cryptoki, handle);
    const contextPin = wantsPin ? (Uint8Array.from(pin) as Pin) : null;
    const id = randomUUID() as string as SessionId;
    this.#sessions.set(id, { token, handle, keys: new Map(), contextPin, state: 'open' });
    return id;
  }

  /**
   * For a key that wants the PIN before every use: gives it once, between C_SignInit or C_DecryptInit and the act. A PIN that is
   * not right any more is forgotten, and the session with it.
   *
   * @throws {CodedError} ERR_TOKEN_KEY_USAGE when this driver may not keep PINs; as {@link open}
   */
  async authenticate(session: OpenSession): Promise<void> {
    const { token, handle, contextPin } = session;
    if (contextPin === null && !this.#pins.isPad(token))
      throw new CodedError('ERR_TOKEN_KEY_USAGE', { required: 'CKA_ALWAYS_AUTHENTICATE = false' });
    try {
      await this.#pins.login(token, handle, CKU_CONTEXT_SPECIFIC, contextPin ?? (new Uint8Array() as Pin));
    } catch (error) {
      this.#end(session, 'loggedOut');
      throw error;
    }
  }

  /** C_SetPIN of the user's PIN, which needs no login. @throws {CodedError} as {@link open} */
  async changePin(token: PresentToken, oldPin: Pin, newPin: Pin): Promise<void> {
    this.#pins.demand(token, 'user', oldPin, newPin);
    await this.#writing(token, async (handle) => {
      const others = this.#on(token);
      if (others.length > 0) this.#logout(handle);
      for (const other of others) this.#end(other, 'loggedOut');
      await this.#pins.change(token, handle, oldPin, newPin);
    });
  }

  /**
   * C_InitPIN by the security officer, whose login ends every other on the token.
   * @throws {CodedError} as {@link open}, of the administrator's PIN
   */
  async unblockPin(token: PresentToken, adminPin: Pin, newPin: Pin): Promise<void> {
    this.#pins.demand(token, 'admin', adminPin, newPin);
    await this.#writing(token, async (handle) => {
      const others = this.#on(token);
      if (others.length > 0) this.#logout(handle);
      for (const other of others) this.#end(other, 'loggedOut');
      await this.#pins.login(token, handle, CKU_SO, adminPin);
      try {
        await this.#pins.initialise(token, handle, newPin);
      } finally {
        this.#logout(handle);
      }
    });
  }

  /** @throws {CodedError} ERR_TOKEN_SESSION_CLOSED, ERR_TOKEN_REMOVED */
  demand(id: SessionId): OpenSession {
    const session = this.#sessions.get(id);
    if (session === undefined || session.state === 'loggedOut') throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
    if (session.state === 'removed') throw new CodedError('ERR_TOKEN_REMOVED');
    return session;
  }

  /** Logs out with the token's last session. */
  close(id: SessionId): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    if (session === undefined) return;
    const { state } = session;
    this.#end(session, state);
    if (state === 'removed') return;
    if (this.#on(session.token).length === 0) this.#logout(session.handle);
    this.closePublic(session.handle);
  }

  closeAll(): void {
    for (const id of [...this.#sessions.keys()]) this.close(id);
  }

  /** Whether a token was away: the library has forgotten a session that we have open on it. */
  wasAway(token: PresentToken): boolean {
    return this.#on(token).some(({ handle }) => {
      try {
        this.#cryptoki.C_GetSessionInfo(handle);
        return false;
      } catch {
        return true;
      }
    });
  }

  /** Marks the sessions of tokens that are not among those present. */
  dropAbsent(present: readonly PresentToken[]): void {
    for (const session of this.#sessions.values()) {
      const { id, insertion } = session.token;
      if (present.some((token) => token.id === id && token.insertion === insertion)) continue;
      this.#end(session, 'removed');
    }
  }

  /** A session without login, for what anyone may read. */
  openPublic(token: PresentToken): Handle {
    return this.#openWith(token, CKF_SERIAL_SESSION);
  }

  closePublic(handle: Handle): void {
    try {
      this.#cryptoki.C_CloseSession(handle);
    } catch (error) {
      // A token that is gone took its sessions along; anything else is the library's own trouble.
      if (returnValueOf(error) === null) throw error;
    }
  }

  /** Keys are made and certificates written in it, where the token lets anyone write. */
  #openForWriting(token: PresentToken): Handle {
    const readOnly = (this.#slots.info(token).flags & CKF_WRITE_PROTECTED) !== 0;
    return this.#openWith(token, readOnly ? CKF_SERIAL_SESSION : CKF_SERIAL_SESSION | CKF_RW_SESSION);
  }

  async #writing(token: PresentToken, act: (handle: Handle) => Promise<void>): Promise<void> {
    const handle = this.#openForWriting(token);
    try {
      await act(handle);
    } finally {
      this.closePublic(handle);
    }
  }

  #openWith(token: PresentToken, flags: number): Handle {
    try {
      return this.#cryptoki.C_OpenSession(token.slot, flags);
    } catch (error) {
      throw codedFailure('C_OpenSession', error);
    }
  }

  #on(token: PresentToken): readonly OpenSession[] {
    return [...this.#sessions.values()].filter((session) => session.state === 'open' && session.token.id === token.id);
  }

  #end(session: OpenSession, state: OpenSession['state']): void {
    session.state = state;
    session.contextPin?.fill(0);
    session.keys.clear();
  }

  #logout(handle: Handle): void {
    try {
      this.#cryptoki.C_Logout(handle);
    } catch (error) {
      // Not logged in any more: what was wanted.
      if (returnValueOf(error) === null) throw error;
    }
  }
}
