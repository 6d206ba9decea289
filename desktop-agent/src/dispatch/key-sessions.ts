import type { EventPayload } from '@onelock/core/contract';
import { isCodedError } from '@onelock/core/errors';
import type { SessionId } from '@onelock/drivers/port';
import type { PresentDevice } from '../tokens/fleet.ts';
import type { Connection } from '../transport/connection.ts';
import type { KeyTarget } from './handles.ts';

export type KeyPurpose = EventPayload<'keySessionChanged'>['purposes'][number];
export type CloseCause = EventPayload<'keySessionChanged'>['cause'];

/** A key that a person unlocked for one page, for some purposes, for a while. */
export interface KeySession {
  readonly connection: Connection;
  readonly target: KeyTarget;
  readonly purposes: readonly KeyPurpose[];
  readonly driverSession: SessionId;
  readonly expiresAt: Date;
}

export type SessionListener = (session: KeySession, state: 'opened' | 'closed', cause: CloseCause) => void;

/**
 * Open key sessions. Each belongs to one connection and one key: another page, even of the same site, has no part in
 * it. Ends by call, time, unplug, a stopped driver, or the page's going; each end logs out of the token.
 */
export class KeySessions {
  readonly #open = new Map<KeySession, NodeJS.Timeout>();
  readonly #listener: SessionListener;
  readonly #onCloseFailure: (error: unknown) => void;

  constructor(listener: SessionListener, onCloseFailure: (error: unknown) => void) {
    this.#listener = listener;
    this.#onCloseFailure = onCloseFailure;
  }

  /** Takes over a driver session. One that the same page already had on the key is closed first. */
  async open(session: KeySession, now: Date): Promise<void> {
    const earlier = this.find(session.connection, session.target);
    if (earlier !== undefined) await this.close(earlier, 'call');
    const expiry = setTimeout(() => void this.close(session, 'expired'), session.expiresAt.getTime() - now.getTime());
    this.#open.set(session, expiry);
    if (session.connection.closed.aborted || session.target.present.gone.aborted) {
      await this.close(session, session.connection.closed.aborted ? 'call' : 'device-removed');
      return;
    }
    this.#listener(session, 'opened', 'call');
  }

  find(connection: Connection, target: KeyTarget): KeySession | undefined {
    return [...this.#open.keys()].find(
      (session) =>
        session.connection === connection &&
        session.target.present === target.present &&
        session.target.identityId === target.identityId,
    );
  }

  async close(session: KeySession, cause: CloseCause): Promise<void> {
    const expiry = this.#open.get(session);
    if (expiry === undefined) return;
    clearTimeout(expiry);
    this.#open.delete(session);
    this.#listener(session, 'closed', cause);
    try {
      await session.target.present.driver.closeSession(session.driverSession);
    } catch (error) {
      // An unplugged device or a driver that stopped has logged out by itself.
      if (!isCodedError(error)) this.#onCloseFailure(error);
    }
  }

  closeOfConnection(connection: Connection): Promise<void> {
    return this.#closeWhere((session) => session.connection === connection, 'call');
  }

  closeOfDevice(present: PresentDevice): Promise<void> {
    return this.#closeWhere((session) => session.target.present === present, 'device-removed');
  }

  closeOfDriver(driver: string): Promise<void> {
    return this.#closeWhere((session) => session.target.present.driver.info.id === driver, 'driver-stopped');
  }

  async closeAll(): Promise<void> {
    await this.#closeWhere(() => true, 'call');
  }

  async #closeWhere(condition: (session: KeySession) => boolean, cause: CloseCause): Promise<void> {
    await Promise.all([...this.#open.keys()].filter(condition).map((session) => this.close(session, cause)));
  }
}
