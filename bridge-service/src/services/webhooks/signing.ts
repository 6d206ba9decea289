import { createHmac } from 'node:crypto';
import { CodedError } from '@onelock/core/errors';
import type { Ports } from '../ports/ports.ts';

/** The secrets of a webhook, of a platform or of supervision. */
export interface WebhookSecrets {
  readonly sealedSecret: string;
  /** The secret before the last rotation, which signs beside the new one until then. */
  readonly sealedPrevious: string | null;
  readonly previousUntil: string | null;
}

/** For so long the secret before signs beside the new one. */
const overlapMs = 24 * 3_600_000;

/** @param place  where the secret belongs to, for whoever opens it */
export function withNewSecret<Webhook extends WebhookSecrets>(
  { personal, clock }: Pick<Ports, 'personal' | 'clock'>,
  webhook: Webhook,
  place: string,
  secret: string,
): Webhook {
  return {
    ...{ ...webhook, sealedSecret: personal.seal(secret, place).sealed, sealedPrevious: webhook.sealedSecret },
    previousUntil: new Date(clock().getTime() + overlapMs).toISOString(),
  };
}

/** What goes with a message: its name, by which a receiver knows one that comes twice, and a signature by each secret that counts. */
export function signedHeaders(
  { personal, clock }: Pick<Ports, 'personal' | 'clock'>,
  { sealedSecret, sealedPrevious, previousUntil }: WebhookSecrets,
  place: string,
  { id, body }: { readonly id: string; readonly body: string },
): Readonly<Record<string, string>> {
  const now = clock();
  const overlaps = sealedPrevious !== null && previousUntil !== null && previousUntil > now.toISOString();
  const seconds = String(Math.floor(now.getTime() / 1000));
  const signatures = [sealedSecret, ...(overlaps ? [sealedPrevious] : [])].map(
    (sealed) => `v1=${signatureOf(personal.open({ sealed, masked: '' }, place) ?? '', seconds, body)}`,
  );
  return {
    'content-type': 'application/json',
    'onelock-event-id': id,
    'onelock-signature': [`t=${seconds}`, ...signatures].join(','),
  };
}

/** HMAC-SHA-256 over time, a dot and the body, hex. A receiver compares it, and refuses a time that is minutes away. */
export function signatureOf(secret: string, at: string, body: string): string {
  if (secret === '') throw new CodedError('ERR_SERVICE_INTERNAL');
  return createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
}
