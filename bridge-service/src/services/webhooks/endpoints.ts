import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { newId, newToken } from '../identifiers.ts';
import { type Page, pageOf } from '../page.ts';
import type { MessageState, PlatformMessage } from '../ports/platform-messages-store.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { PageRequest, Readings } from '../ports/store.ts';
import type { Webhook } from '../ports/webhook-store.ts';
import { authorOf } from '../registry/record-change.ts';
import type { SupervisionEventView } from '../watch-list/told.ts';
import { type MessageView, messageView, putMessage } from './messages.ts';
import { withNewSecret } from './signing.ts';

export interface WebhookView extends Omit<Webhook, 'sealedSecret' | 'sealedPrevious'> {
  /** Events that it has not confirmed. */
  readonly waiting: number;
}

/** Where the secret of a webhook belongs to, for whoever opens it. */
export const secretPlace = (id: string): string => `webhooks/${id}`;

/**
 * Registers an address that is told of every event from now on. Its secret, by which each message is signed, is in this answer and nowhere else.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID for an address that is not https
 */
export async function registerWebhook(
  ports: Ports,
  act: Act,
  input: { readonly name: string; readonly url: string },
): Promise<WebhookView & { readonly secret: string }> {
  const { clock, ops, personal } = ports;
  const url = URL.canParse(input.url) ? new URL(input.url) : null;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === '127.0.0.1');
  if (url === null || !safe || url.username !== '' || url.password !== '' || url.hash !== '')
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/url', rule: 'https URL without credentials' });
  const id = newId('whk', clock, ops);
  const secret = newToken(ops);
  const now = clock().toISOString();
  return act.transaction(async (repositories) => {
    const webhook: Webhook = {
      ...{ id, name: input.name, url: url.href, sealedSecret: personal.seal(secret, secretPlace(id)).sealed },
      ...{ createdAt: now, createdBy: act.caller.id, told: await repositories.watchList.lastTold(), failures: 0 },
      ...{ sealedPrevious: null, previousUntil: null },
      ...{ nextAttemptAt: now, lastSuccessAt: null, lastError: null, revokedAt: null },
    };
    await repositories.webhooks.add(webhook);
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'webhook.register', target: id, outcome: 'done', details: { name: input.name, url: url.href } },
    });
    return { ...webhookView(webhook, webhook.told), secret };
  });
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function revokeWebhook(ports: Ports, act: Act, id: string): Promise<WebhookView> {
  return act.transaction(async (repositories) => {
    await repositories.webhooks.revoke(id, ports.clock().toISOString());
    const webhook = await repositories.webhooks.byId(id);
    if (webhook === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'webhook.revoke', target: id, outcome: 'done' },
    });
    return webhookView(webhook, await repositories.watchList.lastTold());
  });
}

export async function listWebhooks({ store }: Ports, page: PageRequest<string>): Promise<Page<WebhookView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.webhooks.list(request),
    ({ id }) => id,
  );
  const last = await store.watchList.lastTold();
  return { items: items.map((webhook) => webhookView(webhook, last)), nextCursor };
}

/** @param last  sequence of the last event that there is */
function webhookView(
  { sealedSecret: _sealed, sealedPrevious: _previous, ...view }: Webhook,
  last: number,
): WebhookView {
  return { ...view, waiting: view.revokedAt === null ? Math.max(0, last - view.told) : 0 };
}

async function liveWebhook({ webhooks }: Pick<Readings, 'webhooks'>, id: string): Promise<Webhook> {
  const webhook = await webhooks.byId(id);
  if (webhook === null || webhook.revokedAt !== null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return webhook;
}

/**
 * Gives a webhook a new secret, which is shown here and never again. The one before signs beside it for a day.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND
 */
export async function rotateWebhookSecret(
  ports: Ports,
  act: Act,
  id: string,
): Promise<WebhookView & { readonly secret: string }> {
  const secret = newToken(ports.ops);
  return act.transaction(async (repositories) => {
    const rotated = withNewSecret(ports, await liveWebhook(repositories, id), secretPlace(id), secret);
    await repositories.webhooks.setSecrets(rotated);
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'webhook.rotate-secret', target: id, outcome: 'done' },
    });
    return { ...webhookView(rotated, await repositories.watchList.lastTold()), secret };
  });
}

/** Sends a message of no meaning, beside the events, to see whether it arrives. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function testSupervisionWebhook(ports: Ports, act: Act, id: string): Promise<MessageView> {
  return act.transaction(async (repositories) => {
    const webhook = await liveWebhook(repositories, id);
    const message = await putMessage(repositories, ports, webhook, 'webhook.test', { requestId: act.requestId });
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'webhook.test', target: id, outcome: 'done', details: { message: message.id } },
    });
    return messageView(message);
  });
}

/** What a webhook has confirmed, and what was sent to it by hand; newest first. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function listDeliveries(
  { store }: Ports,
  id: string,
  page: PageRequest<string>,
  state: MessageState | undefined,
): Promise<Page<MessageView>> {
  if ((await store.webhooks.byId(id)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.platformMessages.list([id], request, state),
    (message) => message.id,
  );
  return { items: items.map(messageView), nextCursor };
}

/**
 * Tells a webhook once more what it was told: for who lost it. The event comes as it was, under its own name, beside those that are due.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND; ERR_CHANGE_STATE for one that still waits
 */
export async function resendDelivery(ports: Ports, act: Act, id: string, messageId: string): Promise<MessageView> {
  return act.transaction(async (repositories) => {
    const webhook = await liveWebhook(repositories, id);
    const message = await repositories.platformMessages.byId(messageId);
    if (message === null || message.webhookId !== id) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    if (message.state === 'pending') throw new CodedError('ERR_CHANGE_STATE', { state: message.state });
    const { type, data } = messageView(message);
    const again = await putMessage(repositories, ports, webhook, type, data);
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'webhook.resend', target: id, outcome: 'done' },
      details: { message: again.id, again: messageId },
    });
    return messageView(again);
  });
}

/** The record of an event that was confirmed. It names the event and holds nothing of it: that is kept once, with the others. */
export function deliveredMessage(
  { ops, clock }: Pick<Ports, 'ops' | 'clock'>,
  { id: webhookId }: Webhook,
  { id, sequence, type }: SupervisionEventView,
  attempts: number,
): PlatformMessage {
  const at = clock().toISOString();
  return {
    ...{
      id: newId('msg', clock, ops),
      webhookId,
      at,
      type,
      data: JSON.stringify({ event: id, sequence: String(sequence) }),
    },
    ...{ state: 'delivered', attempts, nextAttemptAt: at, lastError: null, deliveredAt: at },
  };
}
