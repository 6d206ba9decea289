import type { Post } from '../services/webhooks/deliver.ts';
import { createOutbound } from './outbound.ts';

const timeoutMs = 5_000;
const limitBytes = 64 * 1024;

/** Brings messages to registered addresses, by the rules for registered sources: the public internet and the networks that are listed. */
export function createWebhookPost(networks: readonly string[], proxy: string | null = null): Post {
  const outbound = createOutbound({ networks, proxy });
  return (url, body, headers) =>
    outbound.ask({ url, origin: 'registry', method: 'POST', body, headers, timeoutMs, limitBytes });
}
