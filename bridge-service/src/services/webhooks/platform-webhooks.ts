import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { newId, newToken } from '../identifiers.ts';
import { type Page, pageOf } from '../page.ts';
import type { MessageState, PlatformMessage, PlatformWebhook } from '../ports/platform-messages-store.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { PlatformProfile } from '../ports/registry-records.ts';
import type { PageRequest, Readings, Repositories } from '../ports/store.ts';
import { authorOf } from '../registry/record-change.ts';
import { type MessageView, messageView, putMessage } from './messages.ts';
import { withNewSecret } from './signing.ts';

export const platformSecretPlace = (id: string): string => `platform_webhooks/${id}`;

export type PlatformWebhookView = Omit<PlatformWebhook, 'sealedSecret' | 'sealedPrevious' | 'revokedAt'>;

/** Brings the webhooks of a platform in line with its profile: an address keeps its secret as long as it stays. */
export async function alignWebhooks(
  { platformMessages }: Pick<Repositories, 'platformMessages'>,
  { ops, clock, personal }: Pick<Ports, 'ops' | 'clock' | 'personal'>,
  callerId: string,
  wanted: PlatformProfile['webhooks'],
): Promise<void> {
  const now = clock().toISOString();
  const known = await platformMessages.webhooks(callerId);
  for (const webhook of known) {
    const same = wanted.find(({ url }) => url === webhook.url);
    await platformMessages.updateWebhook(
      same === undefined ? { ...webhook, revokedAt: now } : { ...webhook, events: same.events },
    );
  }
  for (const { url, events } of wanted) {
    if (known.some((webhook) => webhook.url === url)) continue;
    const id = newId('pwh', clock, ops);
    await platformMessages.addWebhook({
      ...{ id, callerId, url, events, sealedSecret: personal.seal(newToken(ops), platformSecretPlace(id)).sealed },
      ...{ sealedPrevious: null, previousUntil: null, createdAt: now },
      ...{ lastSuccessAt: null, lastError: null, revokedAt: null },
    });
  }
}

/**
 * Gives a webhook a new secret, which is shown here and never again. The one before signs beside it for a day.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND
 */
export async function rotateSecret(
  ports: Ports,
  act: Act,
  callerId: string,
  id: string,
): Promise<PlatformWebhookView & { readonly secret: string }> {
  const secret = newToken(ports.ops);
  return act.transaction(async (repositories) => {
    const webhook = await ownWebhook(repositories, callerId, id);
    const rotated = withNewSecret(ports, webhook, platformSecretPlace(id), secret);
    await repositories.platformMessages.updateWebhook(rotated);
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'platform.rotate-webhook-secret', target: id, outcome: 'done' },
    });
    return { ...webhookView(rotated), secret };
  });
}

/** Sends a message of no meaning, to see whether it arrives. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function testWebhook(ports: Ports, act: Act, callerId: string, id: string): Promise<MessageView> {
  return act.transaction(async (repositories) => {
    const webhook = await ownWebhook(repositories, callerId, id);
    return messageView(await putMessage(repositories, ports, webhook, 'webhook.test', { requestId: act.requestId }));
  });
}

/** Tries a message again that was given up. @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_CHANGE_STATE unless it is dead */
export async function resendMessage(ports: Ports, act: Act, callerId: string, id: string): Promise<MessageView> {
  return act.transaction(async (repositories) => {
    const message = await repositories.platformMessages.byId(id);
    if (message === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    await ownWebhook(repositories, callerId, message.webhookId);
    if (message.state !== 'dead') throw new CodedError('ERR_CHANGE_STATE', { state: message.state });
    const again: PlatformMessage = {
      ...{ ...message, state: 'pending', attempts: 0, nextAttemptAt: ports.clock().toISOString() },
    };
    await repositories.platformMessages.update(again);
    await repositories.events.publish('platform.told', { message: id });
    return messageView(again);
  });
}

export async function listPlatformWebhooks(
  { store }: Ports,
  callerId: string,
): Promise<readonly PlatformWebhookView[]> {
  return (await store.platformMessages.webhooks(callerId)).map(webhookView);
}

/** Newest first. */
export async function listMessages(
  { store }: Ports,
  callerId: string,
  page: PageRequest<string>,
  state: MessageState | undefined,
): Promise<Page<MessageView>> {
  const ids = (await store.platformMessages.webhooks(callerId)).map(({ id }) => id);
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.platformMessages.list(ids, request, state),
    ({ id }) => id,
  );
  return { items: items.map(messageView), nextCursor };
}

async function ownWebhook(
  { platformMessages }: Pick<Readings, 'platformMessages'>,
  callerId: string,
  id: string,
): Promise<PlatformWebhook> {
  const webhook = await platformMessages.webhook(id);
  if (webhook === null || webhook.callerId !== callerId || webhook.revokedAt !== null)
    throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return webhook;
}

function webhookView(webhook: PlatformWebhook): PlatformWebhookView {
  const { sealedSecret: _secret, sealedPrevious: _previous, revokedAt: _revoked, ...view } = webhook;
  return view;
}
