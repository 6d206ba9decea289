import { AlreadyAnswered, findAnswer, type IdempotentWrite, idempotentTransaction } from '../services/idempotency.ts';
import type { Act, Ports } from '../services/ports/ports.ts';
import { type CallerRequest, callerOf } from './authentication.ts';

interface WriteRequest extends CallerRequest {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

interface WriteReply {
  header(name: string, value: string): unknown;
}

/** The act of a request that is judged or read and not idempotent by key. */
export function actOf(ports: Ports, request: CallerRequest): Act {
  return { caller: callerOf(request), requestId: request.id, transaction: ports.store.transaction };
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
  const key = request.headers['idempotency-key'];
  const act = actOf(ports, request);
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
