import { isCodedError } from '@onelock/core/errors';
import { createOutbound, type OutboundOptions } from './outbound.ts';

const timeoutMs = 5_000;
const limitBytes = 64 * 1024;

/**
 * `fetch` for the one call that the OpenID Connect provider makes: telling a client that a session is over, at the address that an administrator
 * registered, by the rules for registered sources. 200 and 204 are what the standard wants (OpenID Connect Back-Channel Logout 1.0 §2.8).
 */
export function createBackChannel(
  options: OutboundOptions,
): (url: string | URL, init?: RequestInit) => Promise<Response> {
  const outbound = createOutbound(options);
  return async (url, init = {}) => {
    const { method = 'GET', headers, body } = init;
    const request = new Request(url, { method, headers: headers ?? {}, body: body ?? null });
    try {
      await outbound.ask({
        ...{ url: String(url), origin: 'registry', method: method === 'POST' ? 'POST' : 'GET' },
        ...{ body: new Uint8Array(await request.arrayBuffer()), headers: Object.fromEntries(request.headers) },
        ...{ timeoutMs, limitBytes },
      });
      return new Response(null, { status: 200 });
    } catch (error) {
      const status = isCodedError(error) && error.code === 'ERR_EVIDENCE_STATUS' ? Number(error.params.status) : 0;
      if (status >= 200 && status <= 599) return new Response(null, { status });
      throw error;
    }
  };
}
