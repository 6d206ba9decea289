import { utf8Encode } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Pin, PinRole, PinStatus, SessionId } from '@onelock/drivers/port';
import type { Carrying, Outcome } from '../consent/prompt.ts';
import type { Answer } from '../consent/question.ts';
import type { CallContext } from '../dispatch/call-context.ts';
import type { KeyPurpose, KeySession } from '../dispatch/key-sessions.ts';
import type { PresentDevice } from '../tokens/fleet.ts';
import { actQuestion, callerUntilGone, type KeyAct, orRemoved } from './key-act.ts';
import type { AgentParts } from './parts.ts';
import { hasPinPad, noPin, notePinPad } from './pin-pad.ts';
import { pinView, warnOfPin } from './pin-view.ts';

/** Works with an unlocked key. Whoever unlocked it closes the session afterwards, unless `keep` is the answer. */
export type KeyWork<T> = (session: SessionId) => Promise<T>;

/**
 * One act with a key: the person agrees in a window, with a click where a key session is open for this purpose, else by
 * typing the PIN, and the work is done while the window waits. A token session opened here is closed here.
 *
 * @param purpose  null for acts that no key session covers: the PIN is always typed
 * @throws {CodedError} of the prompt, the token and the driver; ERR_TOKEN_PIN_LOCKED without asking for a PIN in vain
 */
export function actWithKey<T>(
  parts: AgentParts,
  context: CallContext,
  act: KeyAct,
  purpose: KeyPurpose | null,
  work: KeyWork<T>,
): Promise<T> {
  return orRemoved(actOnce(parts, context, act, purpose, work));
}

async function actOnce<T>(
  parts: AgentParts,
  context: CallContext,
  act: KeyAct,
  purpose: KeyPurpose | null,
  work: KeyWork<T>,
): Promise<T> {
  const open = purpose === null ? undefined : openSessionFor(parts, context, act, purpose);
  if (open !== undefined) return actInSession(parts, context, act, open, work);
  return unlockKey(parts, context, act, (session) => workAndLogOut(act, session, work));
}

async function workAndLogOut<T>(act: KeyAct, session: SessionId, work: KeyWork<T>): Promise<T> {
  try {
    return await work(session);
  } finally {
    await logOut(act, session);
  }
}

function openSessionFor(
  parts: AgentParts,
  { connection }: CallContext,
  { on: { present, identityId } }: KeyAct,
  purpose: KeyPurpose,
): KeySession | undefined {
  const open = identityId === null ? undefined : parts.sessions.find(connection, { present, identityId });
  return open?.purposes.includes(purpose) ? open : undefined;
}

/**
 * A click is enough: the PIN was typed when the session was opened. A key that wants it every time asks on its own pad, and then
 * not on the last try without the warning: for that the session is left aside and the person unlocks the key anew.
 */
function actInSession<T>(
  parts: AgentParts,
  context: CallContext,
  act: KeyAct,
  open: KeySession,
  work: KeyWork<T>,
): Promise<T> {
  const question = actQuestion(parts, context, act, { unlock: 'click', pin: null });
  const { present } = act.on;
  let anew: PinTries | null = null;
  return parts.prompt.ask(question, callerUntilGone(context, present), async (answer, window) => {
    if (anew !== null) return unlockOnce(anew, act, answer, window, (session) => workAndLogOut(act, session, work));
    if (answer.kind !== 'allow') throw new CodedError('ERR_USER_CANCELLED');
    if (hasPinPad(present)) {
      const now = await present.driver.pinStatus(present.device.id);
      if (pinView(now).lastTry) {
        anew = await PinTries.begin(parts, present, 'user');
        return { kind: 'changed', question: actQuestion(parts, context, act, { unlock: 'pin', pin: anew.shown }) };
      }
    }
    try {
      return { kind: 'done', value: await work(open.driverSession) };
    } catch (error) {
      if (isCodedError(error) && endsSession(error, present))
        // The end of a driver's process closes its sessions at once: one that is still open was ended by the token.
        await parts.sessions.close(open, 'token-logged-out');
      throw error;
    }
  });
}

/** Asks for the PIN until it is right, the key is locked or the person gives up. Every submission is one verification. */
export async function unlockKey<T>(parts: AgentParts, context: CallContext, act: KeyAct, work: KeyWork<T>): Promise<T> {
  const { present } = act.on;
  const tries = await PinTries.begin(parts, present, 'user');
  const question = actQuestion(parts, context, act, { unlock: 'pin', pin: tries.shown });
  return parts.prompt.ask(question, callerUntilGone(context, present), (answer, window) =>
    unlockOnce(tries, act, answer, window, work),
  );
}

async function unlockOnce<T>(
  tries: PinTries,
  { on: { present } }: KeyAct,
  answer: Answer,
  window: Carrying,
  work: KeyWork<T>,
): Promise<Outcome<T>> {
  const { driver, device } = present;
  if (hasPinPad(present)) {
    if (answer.kind !== 'device-pin') throw new CodedError('ERR_AGENT_INTERNAL');
    const typing = (): Promise<SessionId> => driver.openSession(device.id, noPin());
    const undo = (session: SessionId): Promise<void> => driver.closeSession(session);
    return tries.once(answer.lastTryAccepted, () => window.onDevice(typing, undo), work);
  }
  if (answer.kind !== 'pin') throw new CodedError('ERR_AGENT_INTERNAL');
  return tries.once(answer.lastTryAccepted, () => driver.openSession(device.id, utf8Encode(answer.pin) as Pin), work);
}

/** The tries at one PIN, and what the person was last shown of them. */
export class PinTries {
  readonly #parts: AgentParts;
  readonly #present: PresentDevice;
  readonly #role: PinRole;
  #shown: PinStatus;

  private constructor(parts: AgentParts, present: PresentDevice, role: PinRole, shown: PinStatus) {
    this.#parts = parts;
    this.#present = present;
    this.#role = role;
    this.#shown = shown;
  }

  /** @throws {CodedError} ERR_TOKEN_PIN_LOCKED */
  static async begin(parts: AgentParts, present: PresentDevice, role: PinRole): Promise<PinTries> {
    return new PinTries(parts, present, role, await statusOf(parts, present, role));
  }

  get shown(): PinStatus {
    return this.#shown;
  }

  /**
   * One submission: verified once, never again by itself, and never on the last try without the warning.
   *
   * @param verify  hands the PIN to the token
   * @param work    what the right PIN was for
   */
  async once<V, T>(
    lastTryAccepted: boolean,
    verify: () => Promise<V>,
    work: (verified: V) => Promise<T>,
  ): Promise<Outcome<T>> {
    // Another program may have burned tries meanwhile: nobody's last try is used up without the warning on the screen.
    const now = await this.#status();
    const unwarned = pinView(now).lastTry && !(pinView(this.#shown).lastTry && lastTryAccepted);
    this.#shown = now;
    if (unwarned) return { kind: 'again', problem: null, pin: pinView(now) };
    let verified: V;
    try {
      verified = await verify();
    } catch (error) {
      if (!isCodedError(error) || !isAboutThePin(error)) throw error;
      this.#shown = await this.#status();
      if (error.code === 'ERR_TOKEN_PIN_LOCKED') throw error;
      return { kind: 'again', problem: { code: error.code, params: error.params }, pin: pinView(this.#shown) };
    }
    return { kind: 'done', value: await work(verified) };
  }

  /** The same question again, nothing having been tried. */
  again(problem: CodedError): Outcome<never> {
    return { kind: 'again', problem: { code: problem.code, params: problem.params }, pin: pinView(this.#shown) };
  }

  #status(): Promise<PinStatus> {
    return statusOf(this.#parts, this.#present, this.#role);
  }
}

/** The token's own word, or a PIN on its pad that was wrong or not typed: a driver gives up the session then. */
function endsSession(error: CodedError, present: PresentDevice): boolean {
  const { code } = error;
  const notTyped = code === 'ERR_USER_CANCELLED' && hasPinPad(present);
  return code === 'ERR_TOKEN_SESSION_CLOSED' || notTyped || isAboutThePin(error);
}

const aboutThePin: ReadonlySet<string> = new Set([
  'ERR_TOKEN_PIN_INCORRECT',
  'ERR_TOKEN_PIN_LENGTH',
  'ERR_TOKEN_PIN_CHARACTERS',
  'ERR_TOKEN_PIN_LOCKED',
]);

function isAboutThePin({ code }: CodedError): boolean {
  return aboutThePin.has(code);
}

/** @throws {CodedError} ERR_TOKEN_PIN_LOCKED */
async function statusOf(parts: AgentParts, present: PresentDevice, role: PinRole): Promise<PinStatus> {
  const { driver, device } = present;
  const status = await (role === 'user' ? driver.pinStatus(device.id) : driver.pinStatus(device.id, role));
  notePinPad(present, status);
  if (role === 'user') warnOfPin(parts, present, status);
  if (status.locked) throw new CodedError('ERR_TOKEN_PIN_LOCKED');
  return status;
}

/** The result of the work counts; a token that is gone or restarted has logged out by itself. */
async function logOut({ on }: KeyAct, session: SessionId): Promise<void> {
  try {
    await on.present.driver.closeSession(session);
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
}
