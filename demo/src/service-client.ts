/** A refusal or failure that the service answered with, or ERR_SERVICE_UNAVAILABLE when it did not answer. */
export class ServiceFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
  readonly requestId: string | null;

  constructor(status: number, body: ErrorBody | null, options?: { readonly cause?: unknown }) {
    super(body?.code ?? 'ERR_SERVICE_UNAVAILABLE', options);
    this.name = 'ServiceFailure';
    this.status = status;
    this.code = this.message;
    this.params = body?.params ?? {};
    this.requestId = body?.requestId ?? null;
  }
}

interface ErrorBody {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
  readonly requestId?: string;
}

/** One caller's way to the service. */
export interface ServiceClient {
  /** @throws {ServiceFailure} */
  get<T>(path: string): Promise<T>;
  /** @param idempotencyKey  the same key gives the same answer again, without a second act. @throws {ServiceFailure} */
  post<T>(path: string, body: unknown, idempotencyKey?: string): Promise<T>;
  /** @throws {ServiceFailure} */
  put<T>(path: string, body: unknown): Promise<T>;
  /** @throws {ServiceFailure} */
  patch<T>(path: string, body: unknown): Promise<T>;
}

const timeoutMs = 15_000;

export function createServiceClient(baseUrl: string, token: string | null): ServiceClient {
  const send = async <T>(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<T> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, baseUrl), {
        method,
        headers: {
          accept: 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      });
    } catch (cause) {
      throw new ServiceFailure(503, null, { cause });
    }
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw new ServiceFailure(response.status, errorBodyOf(answer));
    return answer as T;
  };
  return {
    get: (path) => send('GET', path, undefined, {}),
    post: (path, body, key) => send('POST', path, body, key === undefined ? {} : { 'idempotency-key': key }),
    put: (path, body) => send('PUT', path, body, {}),
    patch: (path, body) => send('PATCH', path, body, {}),
  };
}

function errorBodyOf(answer: unknown): ErrorBody | null {
  const error = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : null;
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string') return null;
  return error as ErrorBody;
}
