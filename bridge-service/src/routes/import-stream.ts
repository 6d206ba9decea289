import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { findImport } from '../services/imports/job.ts';
import type { App, RouteContext } from './context.ts';
import { byId } from './schemas/common.ts';

const heartbeatMs = 15_000;
/** An import that runs changes several times a second: a page needs no more than this. */
const notOftenerThanMs = 250;
const longestBacklog = 256 * 1024;

/** Server-sent events (WHATWG HTML §9.2): the import as it is now, whenever something about it changed; ends when the import has. */
export function streamImport(app: App, { ports }: RouteContext): void {
  const open = new Set<ServerResponse>();
  (app as unknown as FastifyInstance).addHook('preClose', async () => {
    for (const response of open) response.end();
  });
  app.get(
    '/v1/imports/:id/events',
    {
      schema: { hide: true, params: byId('imp') } as { readonly hide: true; readonly params: ReturnType<typeof byId> },
      config: { access: ['operator', 'administrator'] as const },
    },
    async (request, reply) => {
      const { id } = request.params;
      await findImport(ports, id);
      reply.hijack();
      const response = reply.raw;
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-request-id': request.id,
      });
      open.add(response);
      let timer: NodeJS.Timeout | undefined;
      const send = async (): Promise<void> => {
        timer = undefined;
        try {
          const { preview, ...view } = await findImport(ports, id);
          const ended = ['done', 'cancelled'].includes(view.state) && view.openConflicts === 0;
          response.write(`event: import\ndata: ${JSON.stringify({ ...view, checked: preview !== null })}\n\n`);
          if (response.writableLength > longestBacklog) response.destroy();
          if (ended) response.end();
        } catch (error) {
          request.log.error({ err: error }, 'an import could not be read');
          response.end();
        }
      };
      const soon = (): void => {
        timer ??= setTimeout(() => void send(), notOftenerThanMs);
      };
      const beat = setInterval(() => response.write(': here\n\n'), heartbeatMs);
      const ends = [
        ports.store.subscribe('import.changed', (changed) => {
          if (changed.id === id) soon();
        }),
        ports.store.onResync(soon),
      ];
      response.on('close', () => {
        open.delete(response);
        clearInterval(beat);
        clearTimeout(timer);
        for (const end of ends) end();
      });
      await send();
    },
  );
}
