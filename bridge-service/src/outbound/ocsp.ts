import { toBase64 } from '@onelock/core/bytes';
import type { UrlOrigin } from './address-rules.ts';
import { joinAnswer, type Outbound } from './outbound.ts';

export interface OcspFetch {
  readonly url: string;
  readonly origin: UrlOrigin;
  /** DER of OCSPRequest. */
  readonly request: Uint8Array;
  readonly method: 'post' | 'get';
  readonly timeoutMs: number;
}

const ocspLimitBytes = 256 * 1024;

/** RFC 5019 §5: a GET longer than this in base64 and URL encoding goes by POST. */
const longestGet = 255;

/**
 * Asks a responder: RFC 6960 appendix A.1, by POST, or by GET as RFC 5019 has it, which caches on the way can answer.
 *
 * @returns DER of OCSPResponse, unread
 * @throws {CodedError} as {@link Outbound.ask}
 */
export async function fetchOcsp(
  outbound: Outbound,
  { url, origin, request, method, timeoutMs }: OcspFetch,
): Promise<Uint8Array> {
  const path = encodeURIComponent(toBase64(request));
  const byGet = method === 'get' && path.length <= longestGet;
  const answer = await outbound.ask({
    url: byGet ? `${url.replace(/\/$/, '')}/${path}` : url,
    ...{ origin, timeoutMs, limitBytes: ocspLimitBytes, method: byGet ? 'GET' : 'POST' },
    ...(!byGet && { body: request }),
    headers: {
      accept: 'application/ocsp-response',
      ...(!byGet && { 'content-type': 'application/ocsp-request' }),
    },
  });
  return joinAnswer(answer, 'own');
}
