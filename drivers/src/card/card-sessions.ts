import { randomUUID } from 'node:crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Pin, SessionId } from '../port/index.ts';
import type { ApduChannel } from './apdu/index.ts';
import type { PresentCard } from './present-card.ts';

export interface OpenCardSession {
  readonly card: PresentCard;
  /** Only where {@link CardApplication.keepsPin}; wiped with the session. */
  pin: Uint8Array | null;
  /** removed: the card left. loggedOut: the card forgot the PIN, by a reset or a later wrong one. */
  state: 'open' | 'removed' | 'loggedOut';
}

/**
 * Sessions whose PIN was right. The unlocked state belongs to the card, not to who unlocked it: a PIN that another session or
 * program gets wrong locks it for all.
 */
export class CardSessions {
  readonly #sessions = new Map<SessionId, OpenCardSession>();

  /** Verifies the PIN, once. @throws {CodedError} as {@link CardApplication.verifyPin}; ERR_TOKEN_PIN_LENGTH */
  async open(card: PresentCard, channel: ApduChannel, pin: Pin): Promise<SessionId> {
    const { application } = card;
    demandLength(pin, application.pinLength);
    await application.identities(channel);
    await this.#verify(card, channel, pin);
    const id = randomUUID() as string as SessionId;
    this.#sessions.set(id, { card, pin: application.keepsPin ? Uint8Array.from(pin) : null, state: 'open' });
    return id;
  }

  /** @throws {CodedError} ERR_TOKEN_SESSION_CLOSED, ERR_TOKEN_REMOVED */
  demand(id: SessionId): OpenCardSession {
    const session = this.#sessions.get(id);
    if (session === undefined || session.state === 'loggedOut') throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
    if (session.state === 'removed') throw new CodedError('ERR_TOKEN_REMOVED');
    return session;
  }

  /** @returns the card that must forget the PIN, with its last session, or null */
  close(id: SessionId): PresentCard | null {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    if (session === undefined) return null;
    wipe(session);
    return session.state === 'open' && !this.isOpen(session.card) ? session.card : null;
  }

  isOpen(card: PresentCard): boolean {
    return this.#on(card).length > 0;
  }

  /** The card forgot what it was told. */
  logOut(card: PresentCard): void {
    for (const session of this.#on(card)) end(session, 'loggedOut');
  }

  /** Marks the sessions of cards that are not there any more. */
  dropAbsent(present: readonly PresentCard[]): void {
    for (const session of this.#sessions.values())
      if (session.state === 'open' && !present.includes(session.card)) end(session, 'removed');
  }

  closeAll(): readonly PresentCard[] {
    return [...this.#sessions.keys()].flatMap((id) => this.close(id) ?? []);
  }

  async #verify(card: PresentCard, channel: ApduChannel, pin: Pin): Promise<void> {
    try {
      await card.application.verifyPin(channel, pin);
    } catch (error) {
      if (isCodedError(error) && error.code !== 'ERR_TOKEN_PIN_LENGTH') this.logOut(card);
      throw error;
    }
  }

  #on(card: PresentCard): readonly OpenCardSession[] {
    return [...this.#sessions.values()].filter(({ state, card: its }) => state === 'open' && its === card);
  }
}

/** A PIN that cannot be right costs no try. */
export function demandLength(pin: Pin, { min, max }: { readonly min: number; readonly max: number }): void {
  if (pin.length < min || pin.length > max || pin.includes(0))
    throw new CodedError('ERR_TOKEN_PIN_LENGTH', { min, max });
}

function end(session: OpenCardSession, state: OpenCardSession['state']): void {
  session.state = state;
  wipe(session);
}

function wipe(session: OpenCardSession): void {
  session.pin?.fill(0);
  session.pin = null;
}
