import { CodedError } from '@onelock/core/errors';
import { AlreadyAnswered, findAnswer, type IdempotentWrite, idempotentTransaction } from '../services/idempotency.ts';
import type { Act, Ports } from '../services/ports/ports.ts';
import { refusePersonalNumbers } from '../services/refuse-personal-numbers.ts';
import type { SeenVersion } from '../services/registry/record-version.ts';
import { type CallerRequest, callerOf } from './authentication.ts';

interface WriteRequest extends CallerRequest {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  readonly params: unknown;
}

interface WriteReply {
  header(name: string, value: string): unknown;
}

/** By this header whoever acts says why; percent-encoded UTF-8. */
export const reasonHeader = 'onelock-reason';

const longestReason = 500;

/** The act of a request that is judged or read and not idempotent by key. @throws {CodedError} ERR_REQUEST_INVALID */
export function actOf(ports: Ports, request: CallerRequest): Act {
  const why = readReason(request.headers[reasonHeader]);
  return {
    ...{ caller: callerOf(request), requestId: request.id, transaction: ports.store.transaction },
    ...(why !== undefined && { why }),
  };
}

/**
 * What the header `if-match` says of the record in the path (RFC 9110 §13.1.1). Its form is the schema's; a weak tag counts like a strong one, as
 * proxies that compress make one of the other.
 */
function readSeen({ headers, params }: Pick<WriteRequest, 'headers' | 'params'>): SeenVersion | undefined {
  const header = headers['if-match'];
  const { id } = (params ?? {}) as { readonly id?: string };
  if (header === undefined || header === '*' || id === undefined) return undefined;
  return { recordId: id, versions: Array.from(header.matchAll(/\d+/g), ([digits]) => Number(digits)) };
}

function readReason(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = decoded(String(header))?.trim();
  if (text === undefined || text === '' || text.length > longestReason || /\p{Cc}/u.test(text.replaceAll('\n', ' ')))
    throw new CodedError('ERR_REQUEST_INVALID', { field: reasonHeader, rule: `percent-encoded, 1–${longestReason}` });
  return text;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/**
 * Runs a write. With an Idempotency-Key the first request does the work and every later one with the same key and content gets
 * the same answer, marked by `idempotent-replayed: true`.
 */
export async function runWrite<T>(
  ports: Ports,
  request: WriteRequest,
  reply: WriteReply,
  work: (act: Act) => Promise<T>,
): Promise<T> {
  refusePersonalNumbers(request.body);
  const key = request.headers['idempotency-key'];
  const seen = readSeen(request);
  const act: Act = { ...actOf(ports, request), ...(seen && { seen }) };
  if (typeof key !== 'string') return work(act);
  const write: IdempotentWrite = {
    callerId: act.caller.id,
    token: request.bearerToken,
    key,
    method: request.method,
    url: request.url,
    body: request.body ?? null,
  };
  const replay = (answer: unknown): T => {
    reply.header('idempotent-replayed', 'true');
    return answer as T;
  };
  const known = await findAnswer(ports, ports.store, write);
  if (known !== undefined) return replay(known.answer);
  try {
    return await work({ ...act, transaction: idempotentTransaction(ports, write) });
  } catch (error) {
    if (error instanceof AlreadyAnswered) return replay(error.answer);
    throw error;
  }
}
