import { utf8Encode } from '@onelock/core/bytes';
import type { Params, Result } from '@onelock/core/contract';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Pin, PinStatus, TokenCapability } from '@onelock/drivers/port';
import type { Answer } from '../consent/question.ts';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { instant } from '../shapes/certificate-shape.ts';
import type { PresentDevice } from '../tokens/fleet.ts';
import { demandCapability } from './demand-capability.ts';
import { findShownKey, type ShownKey, targetOf } from './find-key.ts';
import { actQuestion, callerUntilGone, orRemoved } from './key-act.ts';
import type { AgentParts } from './parts.ts';
import { hasPinPad, noPin, notePinPad } from './pin-pad.ts';
import { pinView, warnOfPin } from './pin-view.ts';
import { PinTries } from './unlock-key.ts';
import { isWeakPin } from './weak-pin.ts';

type NewPinAnswer = Extract<Answer, { kind: 'new-pin' }>;
type DevicePinAnswer = Extract<Answer, { kind: 'device-pin' }>;

/** PINs are typed in the agent's own window and go from there to the token; no page gives or sees one. */
export function pinLife(parts: AgentParts) {
  return {
    changePin: async ({ key }, context: CallContext) =>
      orRemoved(changePin(parts, await findShownKey(parts, context, key), context)),
    unblockPin: (params, context: CallContext) => orRemoved(unblockPin(parts, params, context)),
  } satisfies Handlers;
}

async function changePin(parts: AgentParts, key: ShownKey, context: CallContext): Promise<Result<'changePin'>> {
  const { driver, device } = demand(key, 'change-pin', 'changePin');
  await replacePin(parts, key, context, {
    act: 'changePin',
    role: 'user',
    submit: (pin, newPin) => driver.changePin(device.id, pin, newPin),
  });
  return { outcome: 'changed' };
}

async function unblockPin(
  parts: AgentParts,
  { key: handle, method }: Params<'unblockPin'>,
  context: CallContext,
): Promise<Result<'unblockPin'>> {
  const key = await findShownKey(parts, context, handle);
  switch (method.kind) {
    case 'administrator': {
      const { driver, device } = demand(key, 'unblock-pin', 'unblockPin');
      await replacePin(parts, key, context, {
        act: 'unblockPin',
        role: 'admin',
        submit: (pin, newPin) => driver.unblockPin(device.id, pin, newPin),
      });
      return { outcome: 'unblocked' };
    }
    case 'ca-request':
      return requestUnblock(parts, key, context);
    case 'ca-response':
      return finishUnblock(parts, key, context, method.response);
  }
}

/** The person agrees that a request leaves, since it names the key; nothing is typed. */
async function requestUnblock(parts: AgentParts, key: ShownKey, context: CallContext): Promise<Result<'unblockPin'>> {
  const present = demand(key, 'unblock-pin-remote', 'unblockPin');
  const act = { act: 'unblockPin', on: targetOf(key) } as const;
  const question = actQuestion(parts, context, act, { unlock: 'click', pin: null });
  return parts.prompt.ask(question, callerUntilGone(context, present), async (answer) => {
    if (answer.kind !== 'allow') throw new CodedError('ERR_USER_CANCELLED');
    const { request, validSeconds } = await present.driver.requestUnblock(present.device.id);
    const expiresAt = instant(new Date(parts.now().getTime() + validSeconds * 1000));
    return { kind: 'done', value: { outcome: 'request', request, expiresAt } };
  });
}

async function finishUnblock(
  parts: AgentParts,
  key: ShownKey,
  context: CallContext,
  response: Uint8Array,
): Promise<Result<'unblockPin'>> {
  const present = demand(key, 'unblock-pin-remote', 'unblockPin');
  const { driver, device } = present;
  const status = await driver.pinStatus(device.id);
  notePinPad(present, status);
  const act = { act: 'unblockPin', on: targetOf(key) } as const;
  const question = actQuestion(parts, context, act, { unlock: 'new-pin', pin: status, newPin: lengthsOf(status) });
  const finish = (newPin: Pin): Promise<void> => driver.finishUnblock(device.id, response, newPin);
  return parts.prompt.ask(question, callerUntilGone(context, present), async (given, window) => {
    const answer = demandPins(given, present);
    try {
      if (answer.kind === 'device-pin') await window.onDevice(() => finish(noPin()), null);
      else {
        demandStrong(answer, '');
        await finish(asPin(answer.newPin));
      }
    } catch (error) {
      if (!isCodedError(error) || !isAboutTheNewPin(error)) throw error;
      return { kind: 'again', problem: { code: error.code, params: error.params }, pin: pinView(status) };
    }
    await tellOfPin(parts, present);
    return { kind: 'done', value: { outcome: 'unblocked' } };
  });
}

interface Replacement {
  readonly act: 'changePin' | 'unblockPin';
  /** Whose PIN proves the right to set the user's. */
  readonly role: 'user' | 'admin';
  /** Both empty where they are typed on the device. */
  submit(pin: Pin, newPin: Pin): Promise<void>;
}

async function replacePin(
  parts: AgentParts,
  key: ShownKey,
  context: CallContext,
  { act, role, submit }: Replacement,
): Promise<void> {
  const { present } = key.target;
  const { driver, device } = present;
  const tries = await PinTries.begin(parts, present, role);
  const newPin = role === 'user' ? tries.shown : await driver.pinStatus(device.id);
  const asked = {
    unlock: role === 'user' ? 'change-pin' : 'administrator-pin',
    pin: tries.shown,
    newPin: lengthsOf(newPin),
  } as const;
  const question = actQuestion(parts, context, { act, on: targetOf(key) }, asked);
  await parts.prompt.ask(question, callerUntilGone(context, present), async (given, window) => {
    const answer = demandPins(given, present);
    // A new PIN that is on its way to the token by the person's own hand cannot be taken back here.
    if (answer.kind === 'device-pin')
      return tries.once(
        answer.lastTryAccepted,
        () => window.onDevice(() => submit(noPin(), noPin()), null),
        () => tellOfPin(parts, present),
      );
    try {
      demandStrong(answer, answer.pin);
    } catch (error) {
      if (isCodedError(error)) return tries.again(error);
      throw error;
    }
    return tries.once(
      answer.lastTryAccepted,
      () => submit(asPin(answer.pin), asPin(answer.newPin)),
      () => tellOfPin(parts, present),
    );
  });
}

/** @throws {CodedError} ERR_AGENT_INTERNAL for an answer that this window has no way to give */
function demandPins(answer: Answer, present: PresentDevice): NewPinAnswer | DevicePinAnswer {
  const isForPad = answer.kind === 'device-pin';
  if ((!isForPad && answer.kind !== 'new-pin') || isForPad !== hasPinPad(present))
    throw new CodedError('ERR_AGENT_INTERNAL');
  return answer;
}

/** Judged before the token is asked: a weak new PIN must not cost a try at the old one. */
function demandStrong({ newPin }: NewPinAnswer, old: string): void {
  if (isWeakPin(newPin, old)) throw new CodedError('ERR_TOKEN_PIN_WEAK');
}

function isAboutTheNewPin({ code }: CodedError): boolean {
  return code === 'ERR_TOKEN_PIN_WEAK' || code === 'ERR_TOKEN_PIN_LENGTH' || code === 'ERR_TOKEN_PIN_CHARACTERS';
}

/** The warning that stood is over; whatever the token says now is news. */
async function tellOfPin(parts: AgentParts, present: PresentDevice): Promise<void> {
  warnOfPin(parts, present, await present.driver.pinStatus(present.device.id));
}

function demand({ target }: ShownKey, capability: TokenCapability, call: 'changePin' | 'unblockPin'): PresentDevice {
  demandCapability(target.present, capability, call);
  return target.present;
}

function asPin(text: string): Pin {
  return utf8Encode(text) as Pin;
}

function lengthsOf({ minLength, maxLength }: PinStatus): { readonly minLength: number; readonly maxLength: number } {
  return { minLength, maxLength };
}
