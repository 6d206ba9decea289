import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { type ConnectOptions, connect, diagnose, type OneLockClient, type PageEnvironment } from '@onelock/sdk';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deadPort, hello, startWireAgent, type WireAgent, type WireAgentOptions } from './wire-agent.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function agentWith(options: WireAgentOptions = {}): Promise<WireAgent> {
  const agent = await startWireAgent(options);
  cleanups.push(agent.close);
  return agent;
}

async function connected(options: ConnectOptions): Promise<OneLockClient> {
  const client = await connect(options);
  cleanups.push(client.close);
  return client;
}

/** The goal is 300 ms, which the benchmark measures. A busy machine is given more, yet less than waiting for a dead port takes here. */
const soon = 20_000;
const discoveryTimeoutMs = 90_000;

async function took<T>(act: Promise<T>): Promise<{ readonly ms: number; readonly outcome: T | unknown }> {
  const start = performance.now();
  const outcome = await act.catch((error: unknown) => error);
  return { ms: performance.now() - start, outcome };
}

describe('connect', () => {
  it('finds the agent among dead ports at once and says who it is', async () => {
    const agent = await agentWith();
    const ports = [await deadPort(), await deadPort(), agent.port, await deadPort()];
    const { ms, outcome } = await took(connected({ ports, discoveryTimeoutMs, locale: 'en' }));
    expect(ms).toBeLessThan(soon);
    expect((outcome as OneLockClient).agent).toEqual({
      product: 'OneLock',
      productVersion: '9.9.9',
      contractVersion: '1.0',
    });
    expect(agent.frames).toEqual([
      {
        jsonrpc: '2.0',
        id: 'hello',
        method: 'hello',
        params: { contractVersion: '1.0', client: expect.stringMatching(/^@onelock\/sdk \d/), locale: 'en' },
      },
    ]);
  });

  it('knocks at no other port when the first answers, and first where the agent was last', async () => {
    let knocked = 0;
    const bystander = createTcpServer(() => {
      knocked += 1;
    });
    await new Promise<void>((resolve) => bystander.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => bystander.close());
    const agent = await agentWith();
    const other = (bystander.address() as AddressInfo).port;
    // However long the machine takes, the head start of the likeliest is not over.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await connected({ ports: [agent.port, other] });
      await connected({ ports: [other, agent.port] });
    } finally {
      vi.useRealTimers();
    }
    expect(knocked).toBe(0);
  });

  it('says at once that no agent is there', async () => {
    const ports = await Promise.all([deadPort(), deadPort(), deadPort(), deadPort()]);
    const { ms, outcome } = await took(connect({ ports, discoveryTimeoutMs }));
    expect(outcome).toMatchObject({ code: 'ERR_SDK_AGENT_NOT_FOUND', retriable: true, whoCanAct: 'user' });
    expect(ms).toBeLessThan(soon);
  });

  it('finds an agent that listens on ::1 alone', async () => {
    const agent = await agentWith({ host: '::1' });
    expect((await connected({ ports: [agent.port] })).connectionState).toBe('open');
  });

  it('takes one of two agents and leaves the other', async () => {
    const agents = [await agentWith(), await agentWith()];
    const client = await connected({ ports: agents.map(({ port }) => port) });
    await expect.poll(() => agents.reduce((count, { sockets }) => count + sockets.size, 0)).toBe(1);
    expect(client.connectionState).toBe('open');
  });

  it('is not held up by a port that swallows everything, when the agent is at another', async () => {
    const silent = createTcpServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => silent.close());
    const agent = await agentWith();
    const { ms } = await took(
      connected({ ports: [(silent.address() as AddressInfo).port, agent.port], discoveryTimeoutMs }),
    );
    expect(ms).toBeLessThan(soon);
  });

  it('gives up on a port that swallows everything, in the stated time', async () => {
    const silent = createTcpServer((socket) => cleanups.push(() => socket.destroy()));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => silent.close());
    const ports = [(silent.address() as AddressInfo).port];
    const { outcome } = await took(connect({ ports, discoveryTimeoutMs: 100 }));
    expect(outcome).toMatchObject({ code: 'ERR_SDK_AGENT_NOT_FOUND' });
  });

  it('refuses an agent of another major version and says which', async () => {
    const agent = await agentWith({ hello: { ...hello, contractVersion: '2.3' } });
    await expect(connect({ ports: [agent.port] })).rejects.toMatchObject({
      code: 'ERR_AGENT_VERSION_MISMATCH',
      params: { agent: '2.3', page: '1.0' },
    });
  });

  it('accepts a newer minor version and calls that it does not know', async () => {
    const capabilities = { ...hello.capabilities, calls: [...hello.capabilities.calls, 'sealTheStars'] };
    const agent = await agentWith({ hello: { ...hello, contractVersion: '1.9', capabilities } });
    const client = await connected({ ports: [agent.port] });
    expect(client.supports('signData')).toBe(true);
    expect(client.supports('sealDocument')).toBe(false);
  });

  it('does not take a program for the agent that answers hello with nonsense', async () => {
    const agent = await agentWith({ hello: { product: 'OneLock' } });
    await expect(connect({ ports: [agent.port] })).rejects.toMatchObject({
      code: 'ERR_SDK_AGENT_NOT_FOUND',
      cause: { code: 'ERR_SDK_PROTOCOL' },
    });
  });

  it('stops when it is aborted', async () => {
    const silent = createTcpServer((socket) => cleanups.push(() => socket.destroy()));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => silent.close());
    const signal = AbortSignal.timeout(30);
    await expect(connect({ ports: [(silent.address() as AddressInfo).port], signal })).rejects.toMatchObject({
      code: 'ERR_SDK_ABORTED',
    });
    await expect(connect({ signal })).rejects.toMatchObject({ code: 'ERR_SDK_ABORTED' });
  });
});

describe('diagnose', () => {
  const permission = (state: string): NonNullable<PageEnvironment['navigator']> => ({
    permissions: {
      query: ({ name }) =>
        name === 'loopback-network' ? Promise.reject(new TypeError(name)) : Promise.resolve({ state }),
    },
  });

  it('names no layer when the agent is there', async () => {
    const agent = await agentWith();
    const diagnosis = await diagnose({ ports: [await deadPort(), agent.port] });
    expect(diagnosis).toMatchObject({ layer: 'none', error: null, agent: { productVersion: '9.9.9' } });
    await expect.poll(() => agent.sockets.size).toBe(0);
  });

  it('says that nothing runs, and what was tried', async () => {
    const port = await deadPort();
    const diagnosis = await diagnose({ ports: [port] });
    expect(diagnosis).toMatchObject({ layer: 'not-running', error: { code: 'ERR_SDK_AGENT_NOT_FOUND' } });
    expect(diagnosis.addresses).toHaveLength(3);
    expect(diagnosis.addresses).toEqual(
      expect.arrayContaining([
        { url: `ws://127.0.0.1:${port}/v1`, outcome: 'refused' },
        { url: `ws://localhost:${port}/v1`, outcome: 'refused' },
        { url: `ws://[::1]:${port}/v1`, outcome: 'refused' },
      ]),
    );
  });

  it('says that the site is refused when somebody listens who does not let the WebSocket in', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end());
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const ports = [(server.address() as AddressInfo).port];
    const environment = { fetch: globalThis.fetch, location: { origin: 'https://hostile.example' } } as PageEnvironment;
    expect(await diagnose({ ports, environment })).toMatchObject({
      layer: 'origin-refused',
      error: { code: 'ERR_AGENT_ORIGIN_DENIED', params: { origin: 'https://hostile.example' } },
    });
  });

  it('says that the browser was told to deny access to the local network', async () => {
    const environment: PageEnvironment = { navigator: permission('denied') };
    expect(await diagnose({ ports: [await deadPort()], environment })).toMatchObject({
      layer: 'local-network-permission',
      error: { code: 'ERR_SDK_LOCAL_NETWORK_DENIED', whoCanAct: 'user' },
    });
  });

  it('says which directive of the content security policy blocks', async () => {
    const scope = new EventTarget();
    class BlockedWebSocket extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol);
        setTimeout(() =>
          scope.dispatchEvent(
            Object.assign(new Event('securitypolicyviolation'), { blockedURI: url, effectiveDirective: 'connect-src' }),
          ),
        );
      }
    }
    const options = {
      ports: [await deadPort()],
      environment: scope as unknown as PageEnvironment,
      WebSocket: BlockedWebSocket,
    };
    expect(await diagnose(options)).toMatchObject({
      layer: 'content-security-policy',
      error: { code: 'ERR_SDK_BLOCKED_BY_CSP', params: { directive: 'connect-src' }, whoCanAct: 'integrator' },
    });
  });

  it('says that the versions do not fit, or that somebody else speaks there', async () => {
    const newer = await agentWith({ hello: { ...hello, contractVersion: '2.0' } });
    expect(await diagnose({ ports: [newer.port] })).toMatchObject({ layer: 'version' });
    const stranger = await agentWith({ hello: 'who?' });
    expect(await diagnose({ ports: [stranger.port] })).toMatchObject({ layer: 'protocol' });
  });
});
