import type { FastifyInstance } from 'fastify';
import { findImport } from '../services/imports/job.ts';
import type { App, RouteContext } from './context.ts';
import { createEventStreams } from './event-streams.ts';
import { byId } from './schemas/common.ts';

/** An import that runs changes several times a second: a page needs no more than this. */
const notOftenerThanMs = 250;

/** Server-sent events (WHATWG HTML §9.2): the import as it is now, whenever something about it changed; ends when the import has. */
export function streamImport(app: App, { ports }: RouteContext): void {
  const streams = createEventStreams(app as unknown as FastifyInstance, {});
  app.get(
    '/v1/imports/:id/events',
    {
      schema: { hide: true, params: byId('imp') } as { readonly hide: true; readonly params: ReturnType<typeof byId> },
      config: { access: ['operator', 'administrator'] as const },
    },
    async (request, reply) => {
      const { id } = request.params;
      await findImport(ports, id);
      const stream = streams.open(request, reply);
      if (stream === null) return;
      let timer: NodeJS.Timeout | undefined;
      const send = async (): Promise<void> => {
        timer = undefined;
        try {
          const { preview, ...view } = await findImport(ports, id);
          const ended = ['done', 'cancelled'].includes(view.state) && view.openConflicts === 0;
          stream.write(`event: import\ndata: ${JSON.stringify({ ...view, checked: preview !== null })}\n\n`);
          if (ended) stream.end();
        } catch (error) {
          request.log.error({ err: error }, 'an import could not be read');
          stream.end();
        }
      };
      const soon = (): void => {
        timer ??= setTimeout(() => void send(), notOftenerThanMs);
      };
      const ends = [
        ports.store.subscribe('import.changed', (changed) => {
          if (changed.id === id) soon();
        }),
        ports.store.onResync(soon),
      ];
      stream.whenOver(() => {
        clearTimeout(timer);
        for (const end of ends) end();
      });
      await send();
    },
  );
}
