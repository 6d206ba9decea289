import { createHmac } from 'node:crypto';
import { utf8Encode } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Ports } from '../ports/ports.ts';
import type { Webhook } from '../ports/webhook-store.ts';
import { listEvents, type SupervisionEventView } from '../watch-list/told.ts';
import { secretPlace } from './endpoints.ts';

/** Brings one message to an address. Rejects with a CodedError unless the answer was 200. */
export type Post = (url: string, body: Uint8Array, headers: Readonly<Record<string, string>>) => Promise<unknown>;

export type DeliveryPorts = Pick<Ports, 'store' | 'clock' | 'personal'>;

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
  const now = ports.clock().toISOString();
  const last = await ports.store.watchList.lastTold();
  const due = await ports.store.webhooks.due(now, last);
  await Promise.all(due.map((webhook) => tellOne(ports, post, webhook)));
}

async function tellOne(ports: DeliveryPorts, post: Post, { id }: Webhook): Promise<void> {
  const { store, clock, personal } = ports;
  const begun = clock();
  const until = new Date(begun.getTime() + claimMs).toISOString();
  if (!(await store.transaction(({ webhooks }) => webhooks.claim(id, begun.toISOString(), until)))) return;
  const webhook = await store.webhooks.byId(id);
  if (webhook === null) return;
  const secret = personal.open({ sealed: webhook.sealedSecret, masked: '' }, secretPlace(id)) ?? '';
  let told = webhook.told;
  try {
    const { events } = await listEvents(ports, told, page);
    for (const event of events) {
      await postEvent(ports, post, webhook, secret, event);
      told = event.sequence;
      const at = clock().toISOString();
      await store.transaction(({ webhooks }) => webhooks.confirm(id, event.sequence, at));
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
  { clock }: DeliveryPorts,
  post: Post,
  { url }: Webhook,
  secret: string,
  event: SupervisionEventView,
): Promise<void> {
  const body = JSON.stringify(event);
  const at = String(Math.floor(clock().getTime() / 1000));
  await post(url, utf8Encode(body), {
    'content-type': 'application/json',
    'onelock-event-id': event.id,
    'onelock-signature': `t=${at},v1=${signatureOf(secret, at, body)}`,
  });
}

/** HMAC-SHA-256 over time, a dot and the body, hex. A receiver compares it, and refuses a time that is minutes away. */
export function signatureOf(secret: string, at: string, body: string): string {
  if (secret === '') throw new CodedError('ERR_SERVICE_INTERNAL');
  return createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
}
