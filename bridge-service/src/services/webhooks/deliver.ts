import { utf8Encode } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import type { Ports } from '../ports/ports.ts';
import type { Webhook } from '../ports/webhook-store.ts';
import { listEvents, type SupervisionEventView } from '../watch-list/told.ts';
import { deliveredMessage, secretPlace } from './endpoints.ts';
import { signedHeaders } from './signing.ts';

/** Brings one message to an address. Rejects with a CodedError unless the answer was 200. */
export type Post = (url: string, body: Uint8Array, headers: Readonly<Record<string, string>>) => Promise<unknown>;

export type DeliveryPorts = Pick<Ports, 'store' | 'clock' | 'personal' | 'ops'>;

/** A node that dies while it tells lets go of the webhook after this. */
const claimMs = 30_000;
const firstRetryMs = 1_000;
const longestRetryMs = 3_600_000;
const page = 50;

/**
 * Tells every webhook that is behind what it has not confirmed, each in order, all beside one another. An event that was not confirmed is told
 * again, after 1, 2, 4 … seconds, an hour at most; none is left out, and one may come twice: `onelock-event-id` names it.
 */
export async function tellWebhooks(ports: DeliveryPorts, post: Post): Promise<void> {
  await Promise.all(await beginTelling(ports, post, new Set()));
}

/**
 * As {@link tellWebhooks}, without waiting for their ends.
 *
 * @param busy  webhooks that are being told; they are left alone
 */
export async function beginTelling(
  ports: DeliveryPorts,
  post: Post,
  busy: Set<string>,
): Promise<readonly Promise<void>[]> {
  const now = ports.clock().toISOString();
  const last = await ports.store.watchList.lastTold();
  const due = await ports.store.webhooks.due(now, last);
  return due.filter(({ id }) => !busy.has(id)).map(({ id }) => whileBusy(busy, id, () => tellOne(ports, post, id)));
}

/** Runs it with its webhook marked as busy until its end. */
export async function whileBusy(busy: Set<string>, id: string, act: () => Promise<void>): Promise<void> {
  busy.add(id);
  try {
    await act();
  } finally {
    busy.delete(id);
  }
}

async function tellOne(ports: DeliveryPorts, post: Post, id: string): Promise<void> {
  const { store, clock } = ports;
  const begun = clock();
  const until = new Date(begun.getTime() + claimMs).toISOString();
  if (!(await store.transaction(({ webhooks }) => webhooks.claim(id, begun.toISOString(), until)))) return;
  const webhook = await store.webhooks.byId(id);
  if (webhook === null) return;
  let told = webhook.told;
  try {
    const { events } = await listEvents(ports, told, page);
    for (const event of events) {
      await postEvent(ports, post, webhook, event);
      const attempts = told === webhook.told ? webhook.failures + 1 : 1;
      told = event.sequence;
      const delivered = deliveredMessage(ports, webhook, event, attempts);
      await store.transaction(async ({ webhooks, platformMessages }) => {
        await webhooks.confirm(id, event.sequence, delivered.nextAttemptAt);
        await platformMessages.add(delivered);
      });
    }
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const failures = told === webhook.told ? webhook.failures : 0;
    const wait = Math.min(firstRetryMs * 2 ** Math.min(failures, 30), longestRetryMs);
    const next = new Date(clock().getTime() + wait).toISOString();
    await store.transaction(({ webhooks }) => webhooks.fail(id, error.code, next));
  }
}

async function postEvent(
  ports: DeliveryPorts,
  post: Post,
  webhook: Webhook,
  event: SupervisionEventView,
): Promise<void> {
  const body = JSON.stringify(event);
  const headers = signedHeaders(ports, webhook, secretPlace(webhook.id), { id: event.id, body });
  await post(webhook.url, utf8Encode(body), headers);
}
