import { utf8Encode } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import type { PlatformMessage, PlatformWebhook } from '../ports/platform-messages-store.ts';
import { type DeliveryPorts, type Post, signatureOf } from './deliver.ts';
import { platformSecretPlace } from './platform-webhooks.ts';

/** A node that dies while it tells lets go of a message after this. */
const claimMs = 30_000;
const firstRetryMs = 1_000;
const longestRetryMs = 3_600_000;
/** Given up after some five and a half hours; a person may send it again. */
const mostAttempts = 16;
const page = 100;

/**
 * Tells platforms what waits for them, each webhook's messages one after the other, webhooks beside one another. What was not confirmed by 200 is told
 * again after 1, 2, 4 … seconds, and given up in the end; one may come twice, and a later one may overtake one that failed.
 */
export async function deliverMessages(ports: DeliveryPorts, post: Post): Promise<void> {
  const { store, clock } = ports;
  const due = await store.platformMessages.due(clock().toISOString(), page);
  const byWebhook = Map.groupBy(due, ({ webhookId }) => webhookId);
  await Promise.all([...byWebhook].map(([id, messages]) => deliverTo(ports, post, id, messages)));
}

async function deliverTo(
  ports: DeliveryPorts,
  post: Post,
  webhookId: string,
  messages: readonly PlatformMessage[],
): Promise<void> {
  const { store, clock } = ports;
  const webhook = await store.platformMessages.webhook(webhookId);
  if (webhook === null) return;
  for (const message of messages) {
    const now = clock();
    const until = new Date(now.getTime() + claimMs).toISOString();
    const mine = await store.transaction(({ platformMessages }) =>
      platformMessages.claim(message.id, now.toISOString(), until),
    );
    if (!mine) continue;
    const failure = webhook.revokedAt === null ? await tell(ports, post, webhook, message) : 'ERR_REQUEST_NOT_FOUND';
    await settle(ports, webhook.id, message, failure);
    // Who does not answer is not asked for the rest at once.
    if (failure !== null) return;
  }
}

/** @returns the code of what went wrong, or null */
async function tell(
  { clock, personal }: DeliveryPorts,
  post: Post,
  webhook: PlatformWebhook,
  { id, at, type, data }: PlatformMessage,
): Promise<string | null> {
  const now = clock();
  const body = JSON.stringify({ id, at, type, data: JSON.parse(data) });
  const place = platformSecretPlace(webhook.id);
  const previous = webhook.previousUntil !== null && webhook.previousUntil > now.toISOString();
  const sealed = [webhook.sealedSecret, ...(previous && webhook.sealedPrevious ? [webhook.sealedPrevious] : [])];
  const seconds = String(Math.floor(now.getTime() / 1000));
  const signatures = sealed.map((secret) => {
    const opened = personal.open({ sealed: secret, masked: '' }, place) ?? '';
    return `v1=${signatureOf(opened, seconds, body)}`;
  });
  try {
    await post(webhook.url, utf8Encode(body), {
      'content-type': 'application/json',
      'onelock-event-id': id,
      'onelock-signature': [`t=${seconds}`, ...signatures].join(','),
    });
    return null;
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
}

async function settle(
  { store, clock }: DeliveryPorts,
  webhookId: string,
  message: PlatformMessage,
  failure: string | null,
): Promise<void> {
  const now = clock();
  const attempts = message.attempts + 1;
  const wait = Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs);
  const settled: PlatformMessage =
    failure === null
      ? { ...message, state: 'delivered', attempts, lastError: null, deliveredAt: now.toISOString() }
      : {
          ...{ ...message, attempts, lastError: failure, state: attempts >= mostAttempts ? 'dead' : 'pending' },
          nextAttemptAt: new Date(now.getTime() + wait).toISOString(),
        };
  await store.transaction(async ({ platformMessages }) => {
    await platformMessages.update(settled);
    // As it is now: its secret may have been rotated meanwhile.
    const webhook = await platformMessages.webhook(webhookId);
    if (webhook === null) return;
    const lastSuccessAt = failure === null ? now.toISOString() : webhook.lastSuccessAt;
    await platformMessages.updateWebhook({ ...webhook, lastSuccessAt, lastError: failure });
  });
}
