import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Reach } from '../services/applications/application-act.ts';
import { findApplication } from '../services/applications/follow-application.ts';
import type { Role } from '../services/ports/records.ts';
import type { App, RouteContext } from './context.ts';

const heartbeatMs = 15_000;
/** Somebody who leaves a page open for days comes again by themselves. */
const longestMs = 3_600_000;
/** Open at once on this node; whoever comes later asks now and then instead. */
const mostOpen = 2_000;

type StreamRequest = FastifyRequest<{ Params: { id: string } }>;

/**
 * Server-sent events (WHATWG HTML §9.2) of one application: as it is now, and again at each change on any node. Its version is the id of the
 * event.
 */
export function streamApplication(
  app: App,
  { ports }: RouteContext,
  url: string,
  access: 'open' | readonly Role[],
  reachOf: (request: StreamRequest) => Reach,
): void {
  const open = new Set<ServerResponse>();
  const server = app as unknown as FastifyInstance;
  server.addHook('preClose', async () => {
    for (const response of open) response.end();
  });
  server.get<{ Params: { id: string } }>(
    url,
    { schema: { hide: true } as object, config: { access } },
    async (request, reply) => {
      const { id } = request.params;
      const reach = reachOf(request);
      // Refused with an answer of its own, before the stream begins.
      await findApplication(ports, reach, id);
      if (open.size >= mostOpen) return reply.code(204).send();
      reply.hijack();
      const response = reply.raw;
      response.writeHead(200, {
        ...{ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' },
        ...{ 'x-content-type-options': 'nosniff', 'x-request-id': request.id },
      });
      open.add(response);
      let told = 0;
      let sending: Promise<void> = Promise.resolve();
      const send = (): void => {
        sending = sending.then(sendNew).catch((error: unknown) => {
          request.log.error({ err: error }, 'an application could not be read');
          response.end();
        });
      };
      const sendNew = async (): Promise<void> => {
        const view = await findApplication(ports, reach, id);
        if (view.version === told || response.destroyed) return;
        told = view.version;
        response.write(`id: ${told}\nevent: application\ndata: ${JSON.stringify(view)}\n\n`);
      };
      const heartbeat = setInterval(() => response.write(': here\n\n'), heartbeatMs);
      const limit = setTimeout(() => response.end(), longestMs);
      const ends = [
        ports.store.subscribe('application.changed', (event) => {
          if (event.id === id) send();
        }),
        ports.store.onResync(send),
      ];
      response.on('close', () => {
        open.delete(response);
        clearInterval(heartbeat);
        clearTimeout(limit);
        for (const end of ends) end();
      });
      send();
    },
  );
}
