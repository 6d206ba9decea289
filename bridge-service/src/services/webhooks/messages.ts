import { newId } from '../identifiers.ts';
import type { PlatformMessage } from '../ports/platform-messages-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { Repositories } from '../ports/store.ts';

/** One message for one webhook, of a platform or of supervision, and what became of it. */
export type MessageView = Omit<PlatformMessage, 'data'> & { readonly data: Readonly<Record<string, string>> };

/** Puts a message into the outbox, in the transaction of what happened: both, or neither. */
export async function putMessage(
  { platformMessages, events }: Pick<Repositories, 'platformMessages' | 'events'>,
  { ops, clock }: Pick<Ports, 'ops' | 'clock'>,
  { id: webhookId }: { readonly id: string },
  type: string,
  data: Readonly<Record<string, string>>,
): Promise<PlatformMessage> {
  const at = clock().toISOString();
  const message: PlatformMessage = {
    ...{ id: newId('msg', clock, ops), webhookId, at, type, data: JSON.stringify(data) },
    ...{ state: 'pending', attempts: 0, nextAttemptAt: at, lastError: null, deliveredAt: null },
  };
  await platformMessages.add(message);
  await events.publish('platform.told', { message: message.id });
  return message;
}

export const messageView = ({ data, ...message }: PlatformMessage): MessageView => ({
  ...message,
  data: JSON.parse(data) as Record<string, string>,
});
