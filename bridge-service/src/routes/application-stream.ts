import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Reach } from '../services/applications/application-act.ts';
import { findApplication } from '../services/applications/follow-application.ts';
import type { Role } from '../services/ports/records.ts';
import type { App, RouteContext } from './context.ts';
import { createEventStreams } from './event-streams.ts';

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
  const server = app as unknown as FastifyInstance;
  const streams = createEventStreams(server, { longestMs });
  server.get<{ Params: { id: string } }>(
    url,
    { schema: { hide: true } as object, config: { access } },
    async (request, reply) => {
      const { id } = request.params;
      const reach = reachOf(request);
      // Refused with an answer of its own, before the stream begins.
      await findApplication(ports, reach, id);
      if (streams.size >= mostOpen) return reply.code(204).send();
      const stream = streams.open(request, reply);
      if (stream === null) return;
      let told = 0;
      let sending: Promise<void> = Promise.resolve();
      const send = (): void => {
        sending = sending.then(sendNew).catch((error: unknown) => {
          request.log.error({ err: error }, 'an application could not be read');
          stream.end();
        });
      };
      const sendNew = async (): Promise<void> => {
        const view = await findApplication(ports, reach, id);
        if (view.version === told || !stream.isOpen) return;
        told = view.version;
        stream.write(`id: ${told}\nevent: application\ndata: ${JSON.stringify(view)}\n\n`);
      };
      const ends = [
        ports.store.subscribe('application.changed', (event) => {
          if (event.id === id) send();
        }),
        ports.store.onResync(send),
      ];
      stream.whenOver(() => {
        for (const end of ends) end();
      });
      send();
    },
  );
}
