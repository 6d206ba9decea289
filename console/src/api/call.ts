import { language } from '../words/language.ts';
import { Refusal } from './refusal.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | null | undefined>>;
  readonly body?: unknown;
  /** The same for every try of one act, so that an answer that was lost is given again: {@link newActKey}. */
  readonly key?: string;
  /** What was read and is being changed: when somebody else has changed it since, the service refuses. */
  readonly seen?: object | undefined;
  readonly signal?: AbortSignal;
}

/** Why an act is done, by its key: it goes with every try of it. */
const reasons = new Map<string, string>();

/** Says why the act of this key is done; what is said stands in the audit log and in the history of the record. */
export function stateReason(key: string, why: string): void {
  if (why.trim() === '') reasons.delete(key);
  else reasons.set(key, why.trim());
}

/** The version of each record that was read, by the object that {@link call} gave for it. */
const versions = new WeakMap<object, string>();

/** As an operation of a change set says from what it was made. */
export function madeFrom(record: object): { readonly version?: number } {
  const digits = /\d+/.exec(versions.get(record) ?? '')?.[0];
  return digits === undefined ? {} : { version: Number(digits) };
}

const whenOutdated = new Set<() => void>();

/** Told when the service refused a change of what somebody else had changed: what is shown is old. Gives the function that ends it. */
export function onOutdated(listener: () => void): () => void {
  whenOutdated.add(listener);
  return () => whenOutdated.delete(listener);
}

let whenEnded: () => void = () => undefined;

/** Told when the service no longer knows this browser's session. */
export function onSessionEnded(listener: () => void): void {
  whenEnded = listener;
}

export const newActKey = (): string => crypto.randomUUID();

/**
 * Asks the service as the person who is logged in; the cookie goes with it.
 *
 * @throws {Refusal} with the service's coded error, or without a code when it cannot be reached
 */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  const answer = (await response.json()) as T & { readonly error?: Answered };
  const version = response.headers.get('etag');
  if (response.ok && method === 'GET' && version !== null) versions.set(answer as object, version);
  if (response.ok) return answer;
  const { code = null, params = {}, requestId = null, retriable = false } = answer.error ?? {};
  if (response.status === 401) whenEnded();
  if (response.status === 412) for (const listener of whenOutdated) listener();
  throw new Refusal({ code, params, requestId, retriable }, response.status);
}

interface Answered {
  readonly code?: string;
  readonly params?: Readonly<Record<string, string | number | boolean | null>>;
  readonly requestId?: string;
  readonly retriable?: boolean;
}

/** The answer as it comes: for streams and files. @throws {Refusal} when the service cannot be reached */
export async function send(method: Method, path: string, options: CallOptions = {}): Promise<Response> {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(options.query ?? {}))
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value));
  const why = options.key === undefined ? undefined : reasons.get(options.key);
  const seen = options.seen === undefined ? undefined : versions.get(options.seen);
  const body = options.body === undefined ? {} : { body: JSON.stringify(options.body) };
  try {
    return await fetch(url, {
      method,
      headers: {
        'x-onelock-console': '1',
        'accept-language': language.value,
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...(method !== 'GET' && { 'idempotency-key': options.key ?? newActKey() }),
        ...(seen !== undefined && { 'if-match': seen }),
        ...(why !== undefined && { 'onelock-reason': encodeURIComponent(why) }),
      },
      ...body,
      ...(options.signal !== undefined && { signal: options.signal }),
      credentials: 'same-origin',
      redirect: 'error',
    });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new Refusal({ code: null, params: {}, requestId: null, retriable: true }, 0);
  }
}

/** The answer as a file. @throws {Refusal} as {@link call} does */
export async function download(path: string, query: CallOptions['query']): Promise<Blob> {
  const answer = await send('GET', path, { query: { ...query, language: language.value } });
  if (answer.ok) return answer.blob();
  const { error } = (await answer.json()) as { readonly error?: Answered };
  const { code = null, params = {}, requestId = null, retriable = false } = error ?? {};
  throw new Refusal({ code, params, requestId, retriable }, answer.status);
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
