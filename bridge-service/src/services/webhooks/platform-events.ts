import type { Ports } from '../ports/ports.ts';
import type { Repositories } from '../ports/store.ts';
import { putMessage } from './messages.ts';

/**
 * What platforms are told of. `ca.changed`: a CA entered, changed or left. `platform.changed`: the platform's own record, profile or token.
 * `application.changed`: an application for a certificate that the platform made.
 */
export const platformEvents = ['ca.changed', 'platform.changed', 'application.changed'] as const;
export type PlatformEvent = (typeof platformEvents)[number];

type TellPorts = Pick<Ports, 'ops' | 'clock'>;

/** Puts an event into the outbox of every webhook that asked for it, in the transaction of what happened: both, or neither. */
export async function tellPlatforms(
  repositories: Pick<Repositories, 'platformMessages' | 'events'>,
  ports: TellPorts,
  type: PlatformEvent,
  data: Readonly<Record<string, string>>,
  callerId?: string,
): Promise<void> {
  const webhooks = await repositories.platformMessages.webhooks(callerId);
  for (const webhook of webhooks)
    if (webhook.events.length === 0 || webhook.events.includes(type))
      await putMessage(repositories, ports, webhook, type, data);
}
