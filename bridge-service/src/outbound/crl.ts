import type { UrlOrigin } from './address-rules.ts';
import { joinAnswer, type Outbound } from './outbound.ts';

export interface CrlDownload {
  /** In shared memory; undefined where the source says that it has nothing newer. */
  readonly bytes: Uint8Array | undefined;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/** What was answered last time, so that an unchanged list of 40 MB does not travel again. */
export interface CrlValidators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/**
 * Downloads a list (RFC 5280 §4.2.1.13, RFC 2585 §3).
 *
 * @throws {CodedError} as {@link Outbound.ask}
 */
export async function fetchCrl(
  outbound: Outbound,
  question: {
    readonly url: string;
    readonly origin: UrlOrigin;
    readonly timeoutMs: number;
    readonly limitBytes: number;
  },
  known: CrlValidators,
): Promise<CrlDownload> {
  const answer = await outbound.ask({
    ...question,
    headers: {
      accept: 'application/pkix-crl, application/octet-stream;q=0.9, */*;q=0.1',
      ...(known.etag !== null && { 'if-none-match': known.etag }),
      ...(known.lastModified !== null && { 'if-modified-since': known.lastModified }),
    },
  });
  const { etag, lastModified } = answer;
  return { bytes: answer.notModified ? undefined : joinAnswer(answer, 'shared'), etag, lastModified };
}
