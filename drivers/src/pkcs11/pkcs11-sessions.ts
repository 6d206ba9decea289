import { randomUUID } from 'node:crypto';
import { utf8Decode } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { Pin, SessionId } from '../port/index.ts';
import {
  CKF_SERIAL_SESSION,
  CKF_USER_PIN_FINAL_TRY,
  CKF_USER_PIN_LOCKED,
  CKU_USER,
  type Cryptoki,
  type Handle,
} from './abi.ts';
import { codedFailure, returnValueOf } from './errors.ts';
import type { PresentToken, TokenSlots } from './token-slots.ts';

interface OpenSession {
  readonly token: PresentToken;
  readonly handle: Handle;
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
  readonly #sessions = new Map<SessionId, OpenSession>();

  constructor(cryptoki: Cryptoki, slots: TokenSlots) {
    this.#cryptoki = cryptoki;
    this.#slots = slots;
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
  open(token: PresentToken, pin: Pin): SessionId {
    const { minPinLen, maxPinLen } = this.#slots.info(token);
    if (pin.length < minPinLen || (maxPinLen > 0 && pin.length > maxPinLen))
      throw new CodedError('ERR_TOKEN_PIN_LENGTH', { min: minPinLen, max: maxPinLen });
    const others = this.#on(token);
    const handle = this.openPublic(token);
    try {
      if (others.length > 0) this.#logout(handle);
      this.#login(token, handle, pin);
    } catch (error) {
      for (const other of others) other.state = 'loggedOut';
      this.closePublic(handle);
      throw error;
    }
    const id = randomUUID() as string as SessionId;
    this.#sessions.set(id, { token, handle, state: 'open' });
    return id;
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
    if (session === undefined || session.state === 'removed') return;
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
      session.state = 'removed';
    }
  }

  /** A session without login, for what anyone may read. */
  openPublic(token: PresentToken): Handle {
    try {
      return this.#cryptoki.C_OpenSession(token.slot, CKF_SERIAL_SESSION);
    } catch (error) {
      throw codedFailure('C_OpenSession', error);
    }
  }

  closePublic(handle: Handle): void {
    try {
      this.#cryptoki.C_CloseSession(handle);
    } catch (error) {
      // A token that is gone took its sessions along; anything else is the library's own trouble.
      if (returnValueOf(error) === null) throw error;
    }
  }

  #on(token: PresentToken): readonly OpenSession[] {
    return [...this.#sessions.values()].filter((session) => session.state === 'open' && session.token.id === token.id);
  }

  #login(token: PresentToken, handle: Handle, pin: Pin): void {
    try {
      this.#cryptoki.C_Login(handle, CKU_USER, utf8Decode(pin));
    } catch (error) {
      const failure = codedFailure('C_Login', error);
      if (failure.code === 'ERR_TOKEN_BUSY') this.#logout(handle);
      throw failure.code === 'ERR_TOKEN_PIN_INCORRECT' ? this.#countTries(token, failure) : failure;
    }
  }

  /** The flags say no number, only "low", "one left" and "none". */
  #countTries(token: PresentToken, failure: CodedError): CodedError {
    const { flags } = this.#slots.info(token);
    const options = { ...(failure.native && { native: failure.native }), cause: failure.cause };
    if ((flags & CKF_USER_PIN_LOCKED) !== 0) return new CodedError('ERR_TOKEN_PIN_LOCKED', {}, options);
    const retriesLeft = (flags & CKF_USER_PIN_FINAL_TRY) === 0 ? null : 1;
    return new CodedError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft }, options);
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
