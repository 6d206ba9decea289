import type { FastifyInstance } from 'fastify';
import { maskPersonalNumbers } from '../services/mask-personal-numbers.ts';
import type { Ports } from '../services/ports/ports.ts';
import { createRefusalLog } from '../services/support/refusal-log.ts';

const flushMs = 1_000;

/** Keeps each coded refusal under the id of its request, for whoever is asked about it. */
export function rememberRefusals(app: FastifyInstance, ports: Pick<Ports, 'store' | 'clock'>): void {
  const refusals = createRefusalLog(ports);
  const flush = (): Promise<void> =>
    refusals.flush().catch((error: unknown) => app.log.error({ err: error }, 'refusals could not be kept'));
  const timer = setInterval(() => void flush(), flushMs);
  timer.unref();
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode < 400 || typeof payload !== 'string') return payload;
    const error = codedError(payload);
    if (error !== null)
      refusals.note({
        ...{ requestId: request.id, at: ports.clock().toISOString(), caller: request.caller?.id ?? '' },
        ...{ method: request.method, route: request.routeOptions.url ?? '', status: reply.statusCode },
        ...{ code: error.code, params: JSON.stringify(maskPersonalNumbers(error.params)) },
      });
    return payload;
  });
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await flush();
  });
}

function codedError(
  payload: string,
): { readonly code: string; readonly params: Readonly<Record<string, unknown>> } | null {
  if (!payload.startsWith('{"error":{"code":"ERR_')) return null;
  return (JSON.parse(payload) as { error: { code: string; params: Record<string, unknown> } }).error;
}
