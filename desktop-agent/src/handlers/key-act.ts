import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Certificate } from '@onelock/core/x509';
import type { PinStatus } from '@onelock/drivers/port';
import type { Caller } from '../consent/prompt.ts';
import type { Act, ActQuestion, BatchItem, Content, Fact, Stated, Unlock } from '../consent/question.ts';
import type { CallContext } from '../dispatch/call-context.ts';
import type { KeyPurpose } from '../dispatch/key-sessions.ts';
import { deviceCard } from '../shapes/device-card.ts';
import { keyCard } from '../shapes/key-card.ts';
import type { AdmittedTicket } from '../tickets/admit-ticket.ts';
import type { PresentDevice } from '../tokens/fleet.ts';
import type { AgentParts } from './parts.ts';
import { hasPinPad } from './pin-pad.ts';
import { pinView } from './pin-view.ts';

/** What the person is asked to agree to. */
export interface KeyAct {
  readonly act: Act;
  readonly on: ActTarget;
  readonly stated?: Stated | null;
  /** Of the site's server: its words go before those of the page. */
  readonly ticket?: AdmittedTicket | null;
  readonly content?: Content | null;
  readonly facts?: readonly Fact[];
  readonly items?: readonly BatchItem[];
  /** The certificate that will be written. */
  readonly incoming?: Certificate | null;
  readonly session?: { readonly purposes: readonly KeyPurpose[]; readonly minutes: number };
}

/** A device, the identity on it if there is one already, and the certificate by which a person knows it. */
export interface ActTarget {
  readonly present: PresentDevice;
  readonly identityId: string | null;
  readonly certificate: Certificate | null;
}

/** @returns what the window shows */
export function actQuestion(
  parts: AgentParts,
  { origin }: CallContext,
  { act, on, stated = null, ticket = null, content = null, facts = [], items = [], incoming = null, session }: KeyAct,
  asked: { readonly unlock: Unlock; readonly pin: PinStatus | null; readonly newPin?: ActQuestion['newPin'] },
): ActQuestion {
  const { device } = on.present;
  const now = parts.now();
  return {
    kind: 'act',
    act,
    origin,
    key: on.certificate === null ? null : keyCard(on.certificate, device, now),
    device: deviceCard(device),
    vouched: ticket?.text ?? null,
    stated: ticket === null ? stated : null,
    content,
    facts,
    items,
    incoming: incoming === null ? null : keyCard(incoming, device, now),
    session: session ?? null,
    unlock: asked.unlock,
    pinOnDevice: hasPinPad(on.present),
    pin: asked.pin === null ? null : pinView(asked.pin),
    newPin: asked.newPin ?? null,
  };
}

/** The window closes by itself when the key is pulled out. */
export function callerUntilGone(context: CallContext, { gone }: PresentDevice): Caller {
  return { ...context.caller, signal: AbortSignal.any([context.caller.signal, gone]) };
}

/** A driver that no longer finds the device of a handle says that it was pulled out meanwhile. */
export async function orRemoved<T>(act: Promise<T>): Promise<T> {
  try {
    return await act;
  } catch (error) {
    if (!isCodedError(error) || error.code !== 'ERR_TOKEN_NOT_FOUND') throw error;
    throw new CodedError('ERR_TOKEN_REMOVED', {}, { cause: error });
  }
}
