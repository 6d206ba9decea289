import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isHeld, lockAddress, type NamedLock, takeNamedLock } from './named-lock.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const me = { program: 'onelock test', pid: process.pid };
const nobody = { program: '?', pid: 0 };

async function take(name: string): Promise<NamedLock> {
  const taken = await takeNamedLock(name, me);
  if (!isHeld(taken)) throw new Error('somebody has it');
  return taken;
}

/** Somebody else's program at the name, who says something when asked. */
async function squat(name: string, says: (socket: net.Socket) => void): Promise<void> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
    says(socket);
  });
  await new Promise<void>((resolve) => server.listen({ path: lockAddress(name) }, resolve));
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
}

describe('a lock by name', () => {
  it('is had once, tells by whom, and again when it was let go', async () => {
    const name = randomUUID();
    const lock = await take(name);
    expect(await takeNamedLock(name, { program: 'other', pid: 1 })).toEqual(me);
    await lock.release();
    await (await take(name)).release();
  });

  it('is another for every other name, however long and strange', async () => {
    const locks = [
      await take(`a\0b${'x'.repeat(10_000)}`),
      await take(`a\0b${'x'.repeat(10_001)}`),
      await take('../../x'),
    ];
    for (const lock of locks) await lock.release();
  });

  it('goes to one of many who ask at once', async () => {
    const name = randomUUID();
    const all = await Promise.all(Array.from({ length: 8 }, () => takeNamedLock(name, me)));
    const held = all.filter(isHeld);
    expect(held).toHaveLength(1);
    for (const lock of held) await lock.release();
  });

  it.each([
    ['speaks no JSON', (socket: net.Socket) => void socket.end('hello')],
    ['says nothing and goes', (socket: net.Socket) => void socket.end()],
    ['speaks of itself as of something else', (socket: net.Socket) => void socket.end('{"program":7,"pid":"x"}')],
    [
      'calls itself what no terminal should show',
      (socket: net.Socket) => void socket.end('{"program":"\\u001b[2J","pid":1}'),
    ],
    ['says null', (socket: net.Socket) => void socket.end('null')],
    ['never stops talking', (socket: net.Socket) => void socket.write('x'.repeat(100_000))],
    ['is silent', () => undefined],
  ])('is somebody’s whose name is not known where it %s', async (_what, says) => {
    const name = randomUUID();
    await squat(name, says);
    expect(await takeNamedLock(name, me)).toEqual(nobody);
  });
});
