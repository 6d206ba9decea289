import { CodedError } from '@onelock/core/errors';
import type { ServiceAddress } from '../config.ts';

const timeoutMs = 5_000;
const maxBytes = 8 * 1024 * 1024;

/**
 * Asks the service for its signed registry of origins. Whether it may be believed is for whoever accepts it.
 *
 * @throws {CodedError} ERR_SERVICE_UNAVAILABLE, ERR_REQUEST_TOO_LARGE { limit }
 */
export async function fetchRegistry({ url, token }: ServiceAddress, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(`${url}/v1/origin-registry`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      redirect: 'error',
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`answer ${response.status}`);
    }
    return JSON.parse(await readAll(response));
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('ERR_SERVICE_UNAVAILABLE', {}, { cause });
  }
}

async function readAll(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new CodedError('ERR_REQUEST_TOO_LARGE', { limit: maxBytes });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
