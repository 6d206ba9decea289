import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { makeRequestTicket, type RequestTicket, type TicketRequest } from '@onelock/sdk/server';

/** Vouches for one request of the site's page; null where the site has no key, and then the agent shows what the page says. */
export type VouchFor = (
  operation: TicketRequest['operation'],
  content: Uint8Array,
  text: string,
) => Promise<RequestTicket | null>;

/** Under which id the trading centre knows the site's key. */
export const ticketKeyId = 'site-1';

/**
 * Makes request tickets with the site's own key, as every trading system's server should: a script that got into a page can then show nobody
 * another text, and sign nothing but what the server meant.
 *
 * @param keyFile  P-256, PKCS#8 in PEM; null for a site without tickets
 */
export function createVouching(keyFile: string | null, origin: string): VouchFor {
  if (keyFile === null) return async () => null;
  const key = createPrivateKey(readFileSync(keyFile));
  return (operation, content, text) => {
    const digest = { algorithm: 'sha256', value: createHash('sha256').update(content).digest('hex') } as const;
    return makeRequestTicket(
      { operation, origin, digest, text },
      { id: ticketKeyId, sign: (bytes) => new Uint8Array(sign('sha256', bytes, key)) },
    );
  };
}
