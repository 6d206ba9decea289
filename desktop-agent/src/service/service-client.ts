import { CodedError, type ErrorParams, isErrorCode } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import type { ServiceAddress } from '../config.ts';

/** bridge-service as the agent uses it: two questions, short waits, and never a hang. */
export interface ServiceClient {
  /** False while the service is known to be out of reach; a probe brings it back. */
  readonly reachable: boolean;
  /**
   * POSTs JSON and gives the JSON answer.
   *
   * @throws {CodedError} the service's own code when it refused; ERR_SERVICE_UNAVAILABLE when it could not be asked
   */
  ask(path: ServicePath, body: object): Promise<unknown>;
  /** Calls back when the service is lost (with the reason) or back (null). */
  onChanged(listener: (reason: Reason | null) => void): void;
  close(): void;
}

export type ServicePath = '/v1/certificates/validate' | '/v1/signatures/verify';

const answerTimeoutMs = 5_000;
const probeTimeoutMs = 3_000;
const probeIntervalMs = { reachable: 10_000, lost: 2_000 } as const;
const maxAnswerBytes = 8 * 1024 * 1024;

export function createServiceClient(address: ServiceAddress): ServiceClient {
  const listeners = new Set<(reason: Reason | null) => void>();
  let reachable = true;

  const become = (now: boolean): void => {
    if (now === reachable) return;
    reachable = now;
    const reason: Reason | null = now ? null : { code: 'ERR_SERVICE_UNAVAILABLE', params: {} };
    for (const listener of listeners) listener(reason);
  };

  const probe = async (): Promise<void> => {
    try {
      const response = await fetch(`${address.url}/healthz`, {
        signal: AbortSignal.timeout(probeTimeoutMs),
        redirect: 'error',
      });
      await response.body?.cancel();
      become(response.ok);
    } catch {
      // Whatever fetch says (refused, reset, timed out, unresolvable), the meaning is one: not reachable.
      become(false);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const probeForEver = async (): Promise<void> => {
    await probe();
    if (closed) return;
    timer = setTimeout(() => void probeForEver(), reachable ? probeIntervalMs.reachable : probeIntervalMs.lost);
    timer.unref();
  };
  void probeForEver();

  return {
    get reachable() {
      return reachable;
    },
    ask: async (path, body) => {
      try {
        const answer = await post(`${address.url}${path}`, address.token, body);
        become(true);
        return answer;
      } catch (error) {
        if (error instanceof CodedError && error.code === 'ERR_SERVICE_UNAVAILABLE') become(false);
        throw error;
      }
    },
    onChanged: (listener) => {
      listeners.add(listener);
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      listeners.clear();
    },
  };
}

async function post(url: string, token: string, body: object): Promise<unknown> {
  let status: number;
  let answer: unknown;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, accept: 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(answerTimeoutMs),
      redirect: 'error',
    });
    status = response.status;
    answer = JSON.parse(await readLimited(response));
  } catch (error) {
    throw new CodedError('ERR_SERVICE_UNAVAILABLE', {}, { cause: error });
  }
  if (status >= 200 && status < 300) return answer;
  throw refusalOf(status, answer);
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new CodedError('ERR_BYTES_TOO_LARGE', { limit: maxAnswerBytes, actual: size });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The service's coded refusal, or ERR_SERVICE_UNAVAILABLE for an answer that has no code of ours. */
function refusalOf(status: number, answer: unknown): CodedError {
  const body = typeof answer === 'object' && answer !== null ? answer : {};
  const inner = 'error' in body && typeof body.error === 'object' && body.error !== null ? body.error : body;
  const code = 'code' in inner ? inner.code : undefined;
  if (status >= 500 || !isErrorCode(code)) return new CodedError('ERR_SERVICE_UNAVAILABLE');
  return new CodedError(code, 'params' in inner ? flatParams(inner.params) : {});
}

function flatParams(value: unknown): ErrorParams {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string | number | boolean | null] => entry[1] === null || typeof entry[1] !== 'object',
  );
  return Object.fromEntries(entries);
}
