import { callNames } from '@onelock/core/contract';
import { type ConnectOptions, connect, type OneLockClient } from '@onelock/sdk';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Answer, reply, startWireAgent, type WireAgent } from './wire-agent.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function pair(
  answer: Answer,
  options: ConnectOptions = {},
): Promise<{ readonly agent: WireAgent; readonly client: OneLockClient }> {
  const agent = await startWireAgent({ answer });
  cleanups.push(agent.close);
  const client = await connect({ ports: [agent.port], ...options });
  cleanups.push(client.close);
  return { agent, client };
}

const key = 'k1_c29mdDpkZW1vOnNtMjox';
const noAnswer: Answer = () => undefined;

describe('the client', () => {
  it('has a function for each of the 50 calls', async () => {
    const { client } = await pair(noAnswer);
    expect(callNames.filter((name) => typeof client[name] === 'function')).toHaveLength(50);
  });
});

describe('a call', () => {
  it('carries bytes as base64 and gives bytes back', async () => {
    const { agent, client } = await pair((frame, socket) =>
      reply(socket, frame.id, { signature: '/wD+', algorithm: 'SM2-SM3', certificate: 'AQID' }),
    );
    const result = await client.signData({ key, data: Uint8Array.of(1, 2, 250) });
    expect(agent.frames.at(-1)).toMatchObject({ method: 'signData', params: { key, data: 'AQL6' } });
    expect(result.signature).toEqual(Uint8Array.of(0xff, 0, 0xfe));
    expect(result.certificate).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('may leave out parameters where none is required', async () => {
    const { agent, client } = await pair((frame, socket) => reply(socket, frame.id, { devices: [], incomplete: [] }));
    await expect(client.listDevices()).resolves.toEqual({ devices: [], incomplete: [] });
    expect(agent.frames.at(-1)?.params).toEqual({});
  });

  it('is refused before it is sent when text stands where bytes belong', async () => {
    const { agent, client } = await pair(noAnswer);
    const data = 'AQL6' as unknown as Uint8Array;
    await expect(client.signData({ key, data })).rejects.toMatchObject({
      code: 'ERR_CALL_PARAMS_INVALID',
      params: { call: 'signData', field: '/data', rule: 'Uint8Array' },
      whoCanAct: 'integrator',
    });
    expect(agent.frames).toHaveLength(1);
  });

  it('is refused before it is sent when its frame would be too large', async () => {
    const { agent, client } = await pair(noAnswer);
    await expect(client.signData({ key, data: new Uint8Array(4 * 1024 * 1024) })).rejects.toMatchObject({
      code: 'ERR_REQUEST_TOO_LARGE',
    });
    expect(agent.frames).toHaveLength(1);
  });

  it('rejects with what the agent says, native error included', async () => {
    const native = { api: 'PKCS11', name: 'CKR_PIN_INCORRECT', value: 0xa0 };
    const { client } = await pair((frame, socket) => {
      const data = {
        code: 'ERR_TOKEN_PIN_INCORRECT',
        params: { retriesLeft: 4, nested: { no: 1 } },
        callId: frame.id,
        native,
        retriable: false,
        whoCanAct: 'user',
      };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: frame.id, error: { code: -32000, message: data.code, data } }));
    });
    await expect(client.signData({ key, data: Uint8Array.of(1) })).rejects.toMatchObject({
      name: 'OneLockError',
      code: 'ERR_TOKEN_PIN_INCORRECT',
      params: { retriesLeft: 4 },
      callId: expect.stringMatching(/^c-/),
      native,
      retriable: false,
      whoCanAct: 'user',
    });
  });

  it('answers reach their own callers, in whatever order they come', async () => {
    const held: (() => void)[] = [];
    const { client } = await pair((frame, socket) => {
      held.push(() =>
        reply(socket, frame.id, { random: frame.params.length === 8 ? 'CA==' : 'EA==', source: 'agent' }),
      );
      if (held.length === 2) for (const send of held.reverse()) send();
    });
    const [eight, sixteen] = await Promise.all([
      client.generateRandom({ length: 8 }),
      client.generateRandom({ length: 16 }),
    ]);
    expect([eight, sixteen]).toMatchObject([{ random: Uint8Array.of(8) }, { random: Uint8Array.of(16) }]);
  });

  it.each([
    ['an error without a code', (id: string) => ({ jsonrpc: '2.0', id, error: { code: -32000, message: 'no' } })],
    ['bytes that are no base64', (id: string) => ({ jsonrpc: '2.0', id, result: { random: '***', source: 'agent' } })],
    ['a frame that is not JSON-RPC', () => ({ hello: 'there' })],
    ['an answer to nobody', () => ({ jsonrpc: '2.0', id: null, error: {} })],
  ])('rejects with ERR_SDK_PROTOCOL at %s', async (_title, frameFor) => {
    const { client } = await pair((frame, socket) => socket.send(JSON.stringify(frameFor(frame.id ?? ''))));
    await expect(client.generateRandom({ length: 8 })).rejects.toMatchObject({ code: 'ERR_SDK_PROTOCOL' });
  });

  it('that is aborted rejects at once and tells the agent, and a late answer is dropped', async () => {
    const { agent, client } = await pair((frame, socket) => {
      if (frame.method === 'cancel') reply(socket, String(frame.params.callId), { random: 'AA==', source: 'agent' });
    });
    const abort = new AbortController();
    const call = client.generateRandom({ length: 8 }, { signal: abort.signal });
    await expect.poll(() => agent.frames.length).toBe(2);
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'ERR_SDK_ABORTED' });
    await expect
      .poll(() => agent.frames.at(-1))
      .toEqual({
        jsonrpc: '2.0',
        method: 'cancel',
        params: { callId: agent.frames[1]?.id },
      });
    expect(client.connectionState).toBe('open');
  });

  it('that is not answered in time rejects and tells the agent', async () => {
    const { agent, client } = await pair(noAnswer);
    await expect(client.generateRandom({ length: 8 }, { timeoutMs: 40 })).rejects.toMatchObject({
      code: 'ERR_SDK_TIMEOUT',
      params: { timeoutMs: 40 },
      callId: expect.stringMatching(/^c-/),
    });
    await expect.poll(() => agent.frames.at(-1)?.params.callId).toBe(agent.frames[1]?.id);
  });

  it('still goes through after 75 s without a sound', async () => {
    const { client } = await pair((frame, socket) => reply(socket, frame.id, { random: 'AA==', source: 'agent' }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'Date'] });
    await vi.advanceTimersByTimeAsync(75_000);
    vi.useRealTimers();
    expect(client.connectionState).toBe('open');
    await expect(client.generateRandom({ length: 1 })).resolves.toMatchObject({ source: 'agent' });
  });
});

describe('the connection', () => {
  const drop = (agent: WireAgent): void => {
    for (const socket of agent.sockets) socket.terminate();
  };
  const random: Answer = (frame, socket) => reply(socket, frame.id, { random: 'AA==', source: 'agent' });

  it('that is lost rejects what was under way, and the next call connects again', async () => {
    let first = true;
    const { agent, client } = await pair((frame, socket) => {
      if (first) socket.terminate();
      else random(frame, socket);
      first = false;
    });
    await expect(client.generateRandom({ length: 1 })).rejects.toMatchObject({
      code: 'ERR_SDK_CONNECTION_LOST',
      retriable: true,
    });
    expect(client.connectionState).toBe('lost');
    await expect(client.generateRandom({ length: 1 })).resolves.toMatchObject({ source: 'agent' });
    expect(client.connectionState).toBe('open');
    // Two calls were asked for and two were sent: nothing is repeated behind the page's back.
    expect(agent.frames.filter(({ method }) => method === 'generateRandom')).toHaveLength(2);
  });

  it('stays lost with the policy `never`', async () => {
    const { agent, client } = await pair(random, { reconnect: 'never' });
    drop(agent);
    await expect.poll(() => client.connectionState).toBe('lost');
    await expect(client.generateRandom({ length: 1 })).rejects.toMatchObject({ code: 'ERR_SDK_CONNECTION_LOST' });
  });

  it('comes back by itself with the policy `background`, and events go on', async () => {
    const { agent, client } = await pair(random, { reconnect: 'background' });
    const states: string[] = [];
    client.onConnectionStateChange((state) => states.push(state));
    const seen: unknown[] = [];
    client.on('deviceRemoved', (payload) => seen.push(payload));
    drop(agent);
    await expect.poll(() => states).toEqual(['lost', 'open']);
    const payload = { device: 'd1_c29mdDpkZW1vOjE', generation: 2, label: 'UKey' };
    for (const socket of agent.sockets) {
      socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'event', params: { name: 'deviceRemoved', payload } }));
    }
    await expect.poll(() => seen).toEqual([payload]);
  });

  it('rejects with ERR_SDK_AGENT_NOT_FOUND when the agent has gone for good', async () => {
    const { agent, client } = await pair(random);
    await agent.close();
    await expect.poll(() => client.connectionState).toBe('lost');
    await expect(client.generateRandom({ length: 1 })).rejects.toMatchObject({ code: 'ERR_SDK_AGENT_NOT_FOUND' });
  });

  it('that the page closes rejects what was under way and whatever comes after', async () => {
    const { agent, client } = await pair(noAnswer);
    const call = client.generateRandom({ length: 1 });
    await expect.poll(() => agent.frames.length).toBe(2);
    client.close();
    await expect(call).rejects.toMatchObject({ code: 'ERR_SDK_CLOSED' });
    await expect(client.generateRandom({ length: 1 })).rejects.toMatchObject({ code: 'ERR_SDK_CLOSED' });
    expect(client.connectionState).toBe('closed');
    await expect.poll(() => agent.sockets.size).toBe(0);
  });
});

describe('events', () => {
  const tell = (agent: WireAgent, params: unknown): void => {
    for (const socket of agent.sockets) socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'event', params }));
  };

  it('reach the listeners of their name until these stop listening', async () => {
    const { agent, client } = await pair(noAnswer);
    const inserted = vi.fn();
    const removed = vi.fn();
    const stop = client.on('deviceInserted', inserted);
    client.on('deviceRemoved', removed);
    tell(agent, { name: 'deviceInserted', payload: { device: 1 } });
    await expect.poll(() => inserted.mock.calls).toEqual([[{ device: 1 }]]);
    stop();
    tell(agent, { name: 'deviceInserted', payload: { device: 2 } });
    tell(agent, { name: 'deviceRemoved', payload: { device: 1 } });
    await expect.poll(() => removed.mock.calls).toEqual([[{ device: 1 }]]);
    expect(inserted).toHaveBeenCalledTimes(1);
  });

  it('of names that this version does not know are dropped, as are malformed ones', async () => {
    const { agent, client } = await pair(noAnswer);
    const listener = vi.fn();
    client.on('pinWarning', listener);
    tell(agent, { name: 'comet', payload: {} });
    tell(agent, 'pinWarning');
    tell(agent, null);
    tell(agent, { name: 'pinWarning', payload: { warning: 'locked' } });
    await expect.poll(() => listener.mock.calls).toEqual([[{ warning: 'locked' }]]);
  });
});
