import { isCodedError } from '@onelock/core/errors';
import type { FastifyInstance } from 'fastify';
import { listEvents } from '../services/watch-list/told.ts';
import type { App, RouteContext } from './context.ts';
import { createEventStreams } from './event-streams.ts';

const page = 100;
/** Where nothing happens, whether the reader may still read is asked this often. */
const askedAgainMs = 30_000;

/**
 * Server-sent events (WHATWG HTML §9.2) for supervision. The number of an event is its id, so that a reader that was away gets what it
 * missed by `Last-Event-ID`; without it the stream begins now. An `alert.acknowledged` says that it may be read again, and has no number.
 */
export function streamEvents(app: App, { ports, judgeSession }: RouteContext): void {
  const streams = createEventStreams(app as unknown as FastifyInstance, {});
  app.get(
    '/v1/events/stream',
    { schema: { hide: true } as object, config: { access: ['supervisor', 'administrator'] as const } },
    async (request, reply) => {
      const seen = Number(request.headers['last-event-id'] ?? Number.NaN);
      let last = Number.isSafeInteger(seen) && seen >= 0 ? seen : await ports.store.watchList.lastTold();
      const stream = streams.open(request, reply);
      if (stream === null) return;
      stream.write(': onelock\n\n');

      let sending: Promise<void> = Promise.resolve();
      const { caller, consoleSession } = request;
      // Nobody waits for it: its sources may be slow, and an alert is not to be.
      const judge = (): void => {
        if (consoleSession === null || caller === null) return;
        judgeSession({ session: consoleSession, caller, requestId: request.id, changes: false }).catch(
          (error: unknown) => {
            if (!isCodedError(error)) request.log.error({ err: error }, 'a session could not be judged');
            stream.end();
          },
        );
      };
      const send = (): void => {
        judge();
        sending = sending.then(sendNew).catch((error: unknown) => {
          request.log.error({ err: error }, 'events could not be read');
          stream.end();
        });
      };
      // A stream outlives the request that began it, and must not outlive the right to it.
      const mayRead = async (): Promise<boolean> =>
        consoleSession === null
          ? (await ports.store.callers.byId(caller?.id ?? ''))?.revokedAt === null
          : (await ports.store.console.session(consoleSession.digest)) !== null &&
            ports.clock().getTime() < Date.parse(consoleSession.expiresAt);
      const sendNew = async (): Promise<void> => {
        if (!(await mayRead())) return stream.end();
        for (;;) {
          const { events, last: next } = await listEvents(ports, last, page);
          for (const event of events)
            stream.write(`id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
          last = next;
          if (events.length < page || !stream.isOpen) return;
        }
      };
      const again = setInterval(send, askedAgainMs);
      const ends = [
        () => clearInterval(again),
        ports.store.subscribe('supervision.told', send),
        ports.store.onResync(send),
        ports.store.subscribe('alert.acknowledged', ({ id }) =>
          stream.write(`event: alert.acknowledged\ndata: ${JSON.stringify({ id })}\n\n`),
        ),
      ];
      stream.whenOver(() => {
        for (const end of ends) end();
      });
      send();
    },
  );
}
