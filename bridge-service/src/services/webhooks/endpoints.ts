import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { newId, newToken } from '../identifiers.ts';
import { type Page, pageOf } from '../page.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { PageRequest } from '../ports/store.ts';
import type { Webhook } from '../ports/webhook-store.ts';
import { authorOf } from '../registry/record-change.ts';

export type WebhookView = Omit<Webhook, 'sealedSecret'>;

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
      ...{ nextAttemptAt: now, lastSuccessAt: null, lastError: null, revokedAt: null },
    };
    await repositories.webhooks.add(webhook);
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'webhook.register', target: id, outcome: 'done', details: { name: input.name, url: url.href } },
    });
    return { ...webhookView(webhook), secret };
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
    return webhookView(webhook);
  });
}

export async function listWebhooks({ store }: Ports, page: PageRequest<string>): Promise<Page<WebhookView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.webhooks.list(request),
    ({ id }) => id,
  );
  return { items: items.map(webhookView), nextCursor };
}

function webhookView({ sealedSecret: _sealed, ...view }: Webhook): WebhookView {
  return view;
}
