import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const heartbeatMs = 15_000;
/** A reader that takes nothing is let go of: it comes again by itself. */
const longestBacklog = 256 * 1024;
/** How long what was written last may take to arrive once the stream has been ended from here. */
const farewellMs = 5_000;

/** Server-sent events (WHATWG HTML §9.2) for one reader, who may vanish or stop reading at any moment and harms nobody by that. */
export interface EventStream {
  /** Neither ended from here nor left by its reader. */
  readonly isOpen: boolean;
  /** An event or a comment, with the empty line behind it; nothing once the stream is over. */
  write(text: string): void;
  end(): void;
  /** Runs once, as soon as the stream is over, however that came about. */
  whenOver(act: () => void): void;
}

export interface EventStreams {
  /** How many are open. */
  readonly size: number;
  /** Takes the reply over and begins the stream; null when its reader has gone before that. */
  open(request: FastifyRequest, reply: FastifyReply): EventStream | null;
}

/**
 * The streams of one address. Each says now and then that it is here, is let go of when its reader takes nothing, and ends with the
 * service.
 *
 * @param longestMs  after which a stream is ended; its reader comes again
 */
export function createEventStreams(app: FastifyInstance, { longestMs }: { readonly longestMs?: number }): EventStreams {
  const streams = new Set<EventStream>();
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });
  return {
    get size() {
      return streams.size;
    },
    open(request, reply) {
      reply.hijack();
      const response = reply.raw;
      // Its `close` was told before anybody listened, and would never end what begins here.
      if (response.destroyed) return null;
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-accel-buffering': 'no',
        'x-request-id': request.id,
      });
      response.flushHeaders();
      let isOpen = true;
      const acts: (() => void)[] = [];
      const over = (): void => {
        if (!isOpen) return;
        isOpen = false;
        streams.delete(stream);
        for (const act of acts) act();
      };
      const stream: EventStream = {
        get isOpen() {
          return isOpen;
        },
        write(text) {
          // To write behind the end is an error that would end the service.
          if (!isOpen) return;
          response.write(text);
          if (response.writableLength > longestBacklog) response.destroy();
        },
        end() {
          if (!isOpen) return;
          over();
          response.end();
          const late = setTimeout(() => response.destroy(), farewellMs).unref();
          response.once('close', () => clearTimeout(late));
        },
        whenOver(act) {
          if (isOpen) acts.push(act);
          else act();
        },
      };
      streams.add(stream);
      response.on('close', over);
      const heartbeat = setInterval(() => stream.write(': here\n\n'), heartbeatMs);
      const limit = longestMs === undefined ? undefined : setTimeout(() => stream.end(), longestMs);
      stream.whenOver(() => {
        clearInterval(heartbeat);
        clearTimeout(limit);
      });
      return stream;
    },
  };
}
