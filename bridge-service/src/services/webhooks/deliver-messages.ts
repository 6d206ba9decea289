import { utf8Encode } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import type { PlatformMessage } from '../ports/platform-messages-store.ts';
import { listEvents, type SupervisionEventView } from '../watch-list/told.ts';
import { type DeliveryPorts, type Post, whileBusy } from './deliver.ts';
import { secretPlace } from './endpoints.ts';
import type { MessageView } from './messages.ts';
import { platformSecretPlace } from './platform-webhooks.ts';
import { signedHeaders, type WebhookSecrets } from './signing.ts';

/** A node that dies while it tells lets go of a message after this. */
const claimMs = 30_000;
const firstRetryMs = 1_000;
const longestRetryMs = 3_600_000;
/** Given up after some five and a half hours; a person may send it again. */
const mostAttempts = 16;
const page = 100;

/**
 * Tells webhooks of platforms what waits for them, and those of supervision what somebody sent by hand, each webhook's messages one after the other, webhooks beside one another. What was not confirmed by 200 is told
 * again after 1, 2, 4 … seconds, and given up in the end; one may come twice, and a later one may overtake one that failed.
 */
export async function deliverMessages(ports: DeliveryPorts, post: Post): Promise<void> {
  await Promise.all(await beginDeliveries(ports, post, new Set()));
}

/**
 * As {@link deliverMessages}, without waiting for their ends: who hangs, or has thousands waiting, keeps nobody else waiting.
 *
 * @param busy  webhooks that are being told; they are left alone
 */
export async function beginDeliveries(
  ports: DeliveryPorts,
  post: Post,
  busy: Set<string>,
): Promise<readonly Promise<void>[]> {
  const due = await ports.store.platformMessages.webhooksDue(ports.clock().toISOString());
  return due.filter((id) => !busy.has(id)).map((id) => whileBusy(busy, id, () => deliverTo(ports, post, id)));
}

/** Who is told: a webhook of a platform, or one of supervision. */
interface Target extends WebhookSecrets {
  readonly url: string;
  readonly revokedAt: string | null;
  /** Where its secrets belong to. */
  readonly place: string;
}

const isSupervisions = (id: string): boolean => id.startsWith('whk_');

async function targetOf({ store }: DeliveryPorts, id: string): Promise<Target | null> {
  if (!isSupervisions(id)) {
    const webhook = await store.platformMessages.webhook(id);
    return webhook === null ? null : { ...webhook, place: platformSecretPlace(id) };
  }
  const webhook = await store.webhooks.byId(id);
  return webhook === null ? null : { ...webhook, place: secretPlace(id) };
}

async function deliverTo(ports: DeliveryPorts, post: Post, webhookId: string): Promise<void> {
  const { store, clock } = ports;
  const target = await targetOf(ports, webhookId);
  if (target === null) return;
  for (const message of await store.platformMessages.due(webhookId, clock().toISOString(), page)) {
    const now = clock();
    const until = new Date(now.getTime() + claimMs).toISOString();
    const mine = await store.transaction(({ platformMessages }) =>
      platformMessages.claim(message.id, now.toISOString(), until),
    );
    if (!mine) continue;
    const failure = target.revokedAt === null ? await tell(ports, post, target, message) : 'ERR_REQUEST_NOT_FOUND';
    await settle(ports, webhookId, message, failure);
    // Who does not answer is not asked for the rest at once.
    if (failure !== null) return;
  }
}

/** @returns the code of what went wrong, or null */
async function tell(
  ports: DeliveryPorts,
  post: Post,
  target: Target,
  message: PlatformMessage,
): Promise<string | null> {
  const content = await contentOf(ports, message);
  if (content === null) return 'ERR_REQUEST_NOT_FOUND';
  const body = JSON.stringify(content);
  const headers = signedHeaders(ports, target, target.place, { id: content.id, body });
  try {
    await post(target.url, utf8Encode(body), headers);
    return null;
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
}

/** What is posted: the message, or the event of supervision that it names, as it was told before; null when that is gone. */
async function contentOf(
  ports: DeliveryPorts,
  { id, webhookId, at, type, data }: PlatformMessage,
): Promise<SupervisionEventView | Pick<MessageView, 'id' | 'at' | 'type' | 'data'> | null> {
  const said = JSON.parse(data) as Readonly<Record<string, string>>;
  const { event, sequence } = said;
  if (!isSupervisions(webhookId) || event === undefined || sequence === undefined) return { id, at, type, data: said };
  const { events } = await listEvents(ports, Number(sequence) - 1, 1);
  return events.find((one) => one.id === event) ?? null;
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
    // A node that slept meanwhile, while another took over, knows less.
    if ((await platformMessages.byId(message.id))?.state !== 'pending') return;
    await platformMessages.update(settled);
    // As it is now: its secret may have been rotated meanwhile.
    const webhook = await platformMessages.webhook(webhookId);
    if (webhook === null) return;
    const lastSuccessAt = failure === null ? now.toISOString() : webhook.lastSuccessAt;
    await platformMessages.updateWebhook({ ...webhook, lastSuccessAt, lastError: failure });
  });
}
