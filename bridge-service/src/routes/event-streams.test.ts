import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { createEventStreams, type EventStream, type EventStreams } from './event-streams.ts';

let app: FastifyInstance;
afterEach(() => app.close());

/** A server of one address; each stream that it opens is handed to `begin`. */
async function serve(begin: (stream: EventStream) => void, longestMs?: number): Promise<EventStreams> {
  app = fastify({ forceCloseConnections: true });
  const streams = createEventStreams(app, { ...(longestMs !== undefined && { longestMs }) });
  app.get('/', async (request, reply) => {
    const stream = streams.open(request, reply);
    if (stream !== null) begin(stream);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return streams;
}
const address = (): string => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`;

it('ends with what was written, and takes no word behind its end for an error', async () => {
  const over: string[] = [];
  const streams = await serve((stream) => {
    stream.whenOver(() => over.push('over'));
    stream.write('data: 1\n\n');
    stream.end();
    stream.write('data: 2\n\n');
    stream.end();
    stream.whenOver(() => over.push('at once'));
  });
  const answer = await fetch(address());
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(await answer.text()).toBe('data: 1\n\n');
  expect(over).toEqual(['over', 'at once']);
  expect(streams.size).toBe(0);
});

it('lets go of a reader that takes nothing', async () => {
  const opened = Promise.withResolvers<EventStream>();
  const streams = await serve(opened.resolve);
  const reader = connect(Number(new URL(address()).port), '127.0.0.1', () => {
    reader.pause();
    reader.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  });
  reader.on('error', () => reader.destroy());
  const stream = await opened.promise;
  const event = `data: ${'x'.repeat(60_000)}\n\n`;
  await expect
    .poll(() => {
      stream.write(event);
      return stream.isOpen;
    })
    .toBe(false);
  expect(streams.size).toBe(0);
  reader.destroy();
});

it('is over when its reader goes, when its time is up, and with the service', async () => {
  const streams = await serve(() => undefined);
  const leave = new AbortController();
  await fetch(address(), { signal: leave.signal });
  expect(streams.size).toBe(1);
  leave.abort();
  await expect.poll(() => streams.size).toBe(0);
  const last = await fetch(address());
  await app.close();
  expect(await last.text()).toBe('');

  await serve(() => undefined, 20);
  expect(await (await fetch(address())).text()).toBe('');
});
