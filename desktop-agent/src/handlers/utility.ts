import { isCodedError } from '@onelock/core/errors';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import type { AgentParts } from './parts.ts';

export function utility(parts: AgentParts) {
  return {
    generateRandom: async ({ length, device }, { origin }: CallContext) => {
      if (device !== undefined) {
        const present = parts.handles.device(origin, device);
        return { random: await present.driver.random(present.device.id, length), source: 'token' };
      }
      return (await randomOfAnyToken(parts, length)) ?? { random: parts.ops.random(length), source: 'agent' };
    },
  } satisfies Handlers;
}

/** From the first token that gives some; a token that fails here is no reason to give the page none. */
async function randomOfAnyToken(
  { fleet }: AgentParts,
  length: number,
): Promise<{ readonly random: Uint8Array; readonly source: 'token' } | null> {
  for (const { driver, device } of fleet.devices()) {
    if (!device.capabilities.includes('random') || device.kind === 'file') continue;
    try {
      return { random: await driver.random(device.id, length), source: 'token' };
    } catch (error) {
      if (!isCodedError(error)) throw error;
    }
  }
  return null;
}
