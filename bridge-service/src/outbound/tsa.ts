import { joinAnswer, type Outbound } from './outbound.ts';

const timestampLimitBytes = 256 * 1024;

/**
 * Asks a time-stamping authority over HTTP (RFC 3161 §3.4).
 *
 * @param request  DER of TimeStampReq
 * @returns DER of TimeStampResp, unread
 * @throws {CodedError} as {@link Outbound.ask}
 */
export async function fetchTimestamp(
  outbound: Outbound,
  { url, request, timeoutMs }: { readonly url: string; readonly request: Uint8Array; readonly timeoutMs: number },
): Promise<Uint8Array> {
  const answer = await outbound.ask({
    ...{ url, origin: 'registry', method: 'POST', body: request, timeoutMs, limitBytes: timestampLimitBytes },
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
  });
  return joinAnswer(answer, 'own');
}
