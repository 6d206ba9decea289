import { utf8Encode } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Pin, PinStatus, SessionId } from '@onelock/drivers/port';
import type { Attempt, Caller } from '../consent/prompt.ts';
import type { Act, Content, Stated } from '../consent/question.ts';
import type { CallContext } from '../dispatch/call-context.ts';
import type { KeyPurpose, KeySession } from '../dispatch/key-sessions.ts';
import { keyCard } from '../shapes/key-card.ts';
import type { SigningKey } from './find-key.ts';
import type { AgentParts } from './parts.ts';
import { pinView, warnOfPin } from './pin-view.ts';

/** What the person is asked to agree to. */
export interface KeyAct {
  readonly act: Act;
  readonly key: SigningKey;
  readonly stated: Stated | null;
  readonly content: Content | null;
  readonly session: { readonly purposes: readonly KeyPurpose[]; readonly minutes: number } | null;
}

/** Works with an unlocked key. Whoever unlocked it closes the session afterwards, unless `keep` is the answer. */
export type KeyWork<T> = (session: SessionId) => Promise<T>;

/**
 * One act with a key: the person agrees in a window, with a click where a key session is open for this purpose, else by
 * typing the PIN, and the work is done while the window waits. A token session opened here is closed here.
 *
 * @throws {CodedError} of the prompt, the token and the driver; ERR_TOKEN_PIN_LOCKED without asking for a PIN in vain
 */
export async function actWithKey<T>(
  parts: AgentParts,
  context: CallContext,
  act: KeyAct,
  purpose: KeyPurpose,
  work: KeyWork<T>,
): Promise<T> {
  const open = parts.sessions.find(context.connection, act.key.target);
  if (open?.purposes.includes(purpose)) return actInSession(parts, context, act, open, work);
  return unlockKey(parts, context, act, async (session) => {
    try {
      return await work(session);
    } finally {
      await logOut(act, session);
    }
  });
}

/** A click is enough: the PIN was typed when the session was opened. */
function actInSession<T>(
  parts: AgentParts,
  context: CallContext,
  act: KeyAct,
  open: KeySession,
  work: KeyWork<T>,
): Promise<T> {
  return ask(parts, context, act, null, async (answer) => {
    if (answer.kind !== 'allow') throw new CodedError('ERR_USER_CANCELLED');
    try {
      return { kind: 'done', value: await work(open.driverSession) };
    } catch (error) {
      if (isCodedError(error) && error.code === 'ERR_TOKEN_SESSION_CLOSED')
        // The end of a driver's process closes its sessions at once: one that is still open was ended by the token.
        await parts.sessions.close(open, 'token-logged-out');
      throw error;
    }
  });
}

/** Asks for the PIN until it is right, the key is locked or the person gives up. Every submission is one verification. */
export async function unlockKey<T>(parts: AgentParts, context: CallContext, act: KeyAct, work: KeyWork<T>): Promise<T> {
  const { present } = act.key.target;
  const { driver, device } = present;
  let shown = await statusOf(parts, act);
  return ask(parts, context, act, shown, async (answer) => {
    if (answer.kind !== 'pin') throw new CodedError('ERR_AGENT_INTERNAL');
    // Another program may have burned tries meanwhile: nobody's last try is used up without the warning on the screen.
    const now = await statusOf(parts, act);
    const unwarned = pinView(now).lastTry && !(pinView(shown).lastTry && answer.lastTryAccepted);
    shown = now;
    if (unwarned) return { kind: 'again', problem: null, pin: pinView(now) };
    let session: SessionId;
    try {
      session = await driver.openSession(device.id, utf8Encode(answer.pin) as Pin);
    } catch (error) {
      if (!isCodedError(error) || !isAboutThePin(error)) throw error;
      shown = await statusOf(parts, act);
      if (error.code === 'ERR_TOKEN_PIN_LOCKED') throw error;
      return { kind: 'again', problem: { code: error.code, params: error.params }, pin: pinView(shown) };
    }
    return { kind: 'done', value: await work(session) };
  });
}

function isAboutThePin({ code }: CodedError): boolean {
  return code === 'ERR_TOKEN_PIN_INCORRECT' || code === 'ERR_TOKEN_PIN_LENGTH' || code === 'ERR_TOKEN_PIN_LOCKED';
}

/** @throws {CodedError} ERR_TOKEN_PIN_LOCKED */
async function statusOf(parts: AgentParts, { key }: KeyAct): Promise<PinStatus> {
  const { present } = key.target;
  const status = await present.driver.pinStatus(present.device.id);
  warnOfPin(parts, present, status);
  if (status.locked) throw new CodedError('ERR_TOKEN_PIN_LOCKED');
  return status;
}

function ask<T>(
  parts: AgentParts,
  context: CallContext,
  { act, key, stated, content, session }: KeyAct,
  status: PinStatus | null,
  attempt: Attempt<T>,
): Promise<T> {
  const { present } = key.target;
  // The window closes by itself when the key is pulled out.
  const caller: Caller = { ...context.caller, signal: AbortSignal.any([context.caller.signal, present.gone]) };
  return parts.prompt.ask(
    {
      kind: 'act',
      act,
      origin: context.origin,
      key: keyCard(key.certificate, present.device, parts.now()),
      stated,
      content,
      session,
      unlock: status === null ? 'click' : 'pin',
      pin: status === null ? null : pinView(status),
    },
    caller,
    attempt,
  );
}

/** The result of the work counts; a token that is gone or restarted has logged out by itself. */
async function logOut({ key }: KeyAct, session: SessionId): Promise<void> {
  try {
    await key.target.present.driver.closeSession(session);
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
}
