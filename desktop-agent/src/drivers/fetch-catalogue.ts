import { CodedError } from '@onelock/core/errors';

const timeoutMs = 20_000;
const maxBytes = 8 * 1024 * 1024;

export interface FetchedCatalogue {
  /** As its keeper signed it; judged by whoever accepts it. */
  readonly signed: Uint8Array;
  /** For the next question. */
  readonly tag: string | null;
}

/**
 * Asks the service for its driver catalogue.
 *
 * @param tag  of the catalogue that is known, so that it does not travel again
 * @returns null when there is none, or none but the one that is known
 * @throws {CodedError} ERR_SERVICE_UNAVAILABLE, ERR_REQUEST_TOO_LARGE { limit }
 */
export async function fetchCatalogue(serviceUrl: string, tag: string | null): Promise<FetchedCatalogue | null> {
  let response: Response;
  try {
    response = await fetch(`${serviceUrl}/v1/driver-catalogue`, {
      headers: tag === null ? {} : { 'if-none-match': tag },
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    if (response.status === 304 || response.status === 404) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok) throw new Error(`answer ${response.status}`);
    return { signed: await readAll(response), tag: response.headers.get('etag') };
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('ERR_SERVICE_UNAVAILABLE', {}, { cause });
  }
}

async function readAll(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new CodedError('ERR_REQUEST_TOO_LARGE', { limit: maxBytes });
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
