import type { Params, Result } from '@onelock/core/contract';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { instant } from '../shapes/certificate-shape.ts';
import { findKey, findShownKey, findSigningKey, targetOf } from './find-key.ts';
import type { AgentParts } from './parts.ts';
import { warnOfPin } from './pin-view.ts';
import { stated } from './stated.ts';
import { unlockKey } from './unlock-key.ts';

const defaultSeconds = 300;
/** Longer than any bid takes to sign, shorter than a lunch break. */
const maxSeconds = 900;

export function pinAndKeySessions(parts: AgentParts) {
  return {
    openKeySession: (params, context: CallContext) => openKeySession(parts, params, context),

    closeKeySession: async ({ key }, { origin, connection }) => {
      const session = parts.sessions.find(connection, parts.handles.key(origin, key));
      if (session === undefined) return { outcome: 'none-open' };
      await parts.sessions.close(session, 'call');
      return { outcome: 'closed' };
    },

    getPinStatus: async ({ key }, context: CallContext) => {
      const { target } = await findKey(parts, context, key);
      const { driver, device } = target.present;
      const status = await driver.pinStatus(device.id);
      warnOfPin(parts, target.present, status);
      const { retriesLeft, retriesMax, low, locked, isDefault } = status;
      const open = parts.sessions.find(context.connection, target);
      return {
        retriesLeft,
        retriesMax,
        low,
        locked,
        isDefault,
        session:
          open === undefined
            ? { state: 'closed' }
            : { state: 'open', purposes: [...open.purposes], expiresAt: instant(open.expiresAt) },
      };
    },
  } satisfies Handlers;
}

async function openKeySession(
  parts: AgentParts,
  params: Params<'openKeySession'>,
  context: CallContext,
): Promise<Result<'openKeySession'>> {
  const { purposes } = params;
  const seconds = Math.min(params.durationSeconds ?? defaultSeconds, maxSeconds);
  const key = purposes.every((purpose) => purpose === 'decrypt')
    ? await findShownKey(parts, context, params.key)
    : await findSigningKey(parts, context, params.key);
  const act = {
    act: 'openKeySession',
    on: targetOf(key),
    stated: stated(params.display),
    session: { purposes, minutes: Math.max(1, Math.round(seconds / 60)) },
  } as const;
  const expiresAt = await unlockKey(parts, context, act, async (driverSession) => {
    const now = parts.now();
    const ends = new Date(now.getTime() + seconds * 1000);
    const { connection } = context;
    const session = { connection, target: key.target, purposes, driverSession, expiresAt: ends };
    await parts.sessions.open(session, now);
    // Taken back while the token checked the PIN: the window has said so, and no unlocked key outlives that.
    if (context.caller.signal.aborted) await parts.sessions.close(session, 'call');
    return ends;
  });
  return { key: params.key, purposes: [...purposes], expiresAt: instant(expiresAt) };
}
