import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { listEvents } from '../services/watch-list/told.ts';
import type { App, RouteContext } from './context.ts';

const heartbeatMs = 15_000;
const page = 100;
/** A reader that takes nothing is let go of: it comes again with the number of the last event that it saw. */
const longestBacklog = 256 * 1024;

/**
 * Server-sent events (WHATWG HTML §9.2) for supervision. The number of an event is its id, so that a reader that was away gets what it
 * missed by `Last-Event-ID`; without it the stream begins now. An `alert.acknowledged` says that it may be read again, and has no number.
 */
export function streamEvents(app: App, { ports }: RouteContext): void {
  const open = new Set<ServerResponse>();
  (app as unknown as FastifyInstance).addHook('preClose', async () => {
    for (const response of open) response.end();
  });
  app.get(
    '/v1/events/stream',
    { schema: { hide: true } as object, config: { access: ['supervisor', 'administrator'] as const } },
    async (request, reply) => {
      const seen = Number(request.headers['last-event-id'] ?? Number.NaN);
      let last = Number.isSafeInteger(seen) && seen >= 0 ? seen : await ports.store.watchList.lastTold();
      reply.hijack();
      const response = reply.raw;
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-request-id': request.id,
      });
      response.write(': onelock\n\n');
      open.add(response);

      let sending: Promise<void> = Promise.resolve();
      const send = (): void => {
        sending = sending.then(sendNew).catch((error: unknown) => {
          request.log.error({ err: error }, 'events could not be read');
          response.end();
        });
      };
      const sendNew = async (): Promise<void> => {
        for (;;) {
          const { events, last: next } = await listEvents(ports, last, page);
          for (const event of events)
            response.write(`id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
          last = next;
          if (response.writableLength > longestBacklog) response.destroy();
          if (events.length < page || response.destroyed) return;
        }
      };
      const ends = [
        ports.store.subscribe('supervision.told', send),
        ports.store.onResync(send),
        ports.store.subscribe('alert.acknowledged', ({ id }) =>
          response.write(`event: alert.acknowledged\ndata: ${JSON.stringify({ id })}\n\n`),
        ),
        stopping(setInterval(() => response.write(': here\n\n'), heartbeatMs)),
      ];
      response.on('close', () => {
        open.delete(response);
        for (const end of ends) end();
      });
      send();
    },
  );
}

const stopping = (timer: NodeJS.Timeout) => (): void => clearInterval(timer);
