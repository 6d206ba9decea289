import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Diagnosis } from '@onelock/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { buildBundle, bundles } from '../build/bundles.ts';
import { deadPort, reply, startWireAgent, type WireAgent } from './wire-agent.ts';

/** What the plain script defines, as the page sees it. */
interface PageGlobals {
  readonly OneLock: typeof import('@onelock/sdk');
}

requireReal('Chromium', chromiumExecutable())('the plain script in a real Chromium', (executable) => {
  let chromium: LaunchedChromium;
  let server: Server;
  let origin: string;
  let agent: WireAgent;
  const policies = new Map<string, string>();

  beforeAll(async () => {
    const script = await buildBundle(bundles[1]);
    agent = await startWireAgent({
      answer: (frame, socket) => reply(socket, frame.id, { random: 'AAEC', source: 'agent' }),
    });
    server = createServer((request, response) => {
      const policy = policies.get(request.url ?? '');
      if (policy !== undefined) response.setHeader('content-security-policy', policy);
      if (request.url === '/onelock.js') return response.setHeader('content-type', 'text/javascript').end(script.code);
      if (request.url === '/worker.js') return response.setHeader('content-type', 'text/javascript').end(workerScript);
      return response
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><title>page</title><script src="/onelock.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    chromium = await launchChromium(executable);
  });
  afterAll(async () => {
    await chromium?.close();
    server?.close();
    await agent?.close();
  });

  /** In a worker the SDK is the same: no document there. */
  const workerScript = `
    importScripts('/onelock.js');
    onmessage = async ({ data: ports }) => {
      const client = await OneLock.connect({ ports });
      const { random } = await client.generateRandom({ length: 3 });
      client.close();
      postMessage([...random]);
    };`;

  async function open(address: string, policy?: string) {
    if (policy !== undefined) policies.set(address, policy);
    const page = await chromium.context.newPage();
    await page.goto(origin + address);
    return page;
  }

  async function diagnoseIn(
    address: string,
    policy: string | undefined,
    ports: number[],
  ): Promise<Diagnosis & { readonly ms: number }> {
    const page = await open(address, policy);
    const found = await page.evaluate(async (tried) => {
      const { OneLock } = globalThis as unknown as PageGlobals;
      const start = performance.now();
      const { layer, error, agent, addresses } = await OneLock.diagnose({ ports: tried });
      const code = error === null ? null : { code: error.code, params: error.params };
      return { layer, error: code, agent, addresses, ms: performance.now() - start };
    }, ports);
    await page.close();
    return found as unknown as Diagnosis & { readonly ms: number };
  }

  it('finds the agent without waiting for dead ports, and makes a call', async () => {
    const page = await open('/');
    const ports = [await deadPort(), agent.port, await deadPort(), await deadPort()];
    const seen = await page.evaluate(async (tried) => {
      const { OneLock } = globalThis as unknown as PageGlobals;
      const start = performance.now();
      const client = await OneLock.connect({ ports: tried, discoveryTimeoutMs: 90_000 });
      const ms = performance.now() - start;
      const { random } = await client.generateRandom({ length: 3 });
      client.close();
      return { ms, random: [...random], product: client.agent.product };
    }, ports);
    await page.close();
    expect(seen).toMatchObject({ random: [0, 1, 2], product: 'OneLock' });
    // The goal is 300 ms, which the benchmark measures; a busy machine is given more.
    expect(seen.ms).toBeLessThan(20_000);
  });

  it('leaves the console of a page clean whose agent is on the first of its ports', async () => {
    const page = await open('/');
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    const ports = [agent.port, await deadPort(), await deadPort(), await deadPort()];
    // Only where the agent answers before its head start of 250 ms is over: a machine that is very busy is tried again.
    for (let ms = Number.POSITIVE_INFINITY; ms > 200; ) {
      said.splice(0);
      ms = await page.evaluate(async (tried) => {
        const { OneLock } = globalThis as unknown as PageGlobals;
        const start = performance.now();
        (await OneLock.connect({ ports: tried })).close();
        const took = performance.now() - start;
        await new Promise((resolve) => setTimeout(resolve, 400));
        return took;
      }, ports);
    }
    await page.close();
    expect(said).toEqual([]);
  });

  it('works in a worker, where there is no document', async () => {
    const page = await open('/');
    const seen = await page.evaluate(
      (ports) =>
        new Promise((resolve, reject) => {
          const worker = new Worker('/worker.js');
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage(ports);
        }),
      [agent.port],
    );
    await page.close();
    expect(seen).toEqual([0, 1, 2]);
  });

  it('says that nothing runs', async () => {
    expect(await diagnoseIn('/', undefined, [await deadPort(), await deadPort()])).toMatchObject({
      layer: 'not-running',
      error: { code: 'ERR_SDK_AGENT_NOT_FOUND' },
    });
  });

  it('names the directive when the page’s own policy blocks the agent', async () => {
    const policy = "default-src 'self'; script-src 'self' 'unsafe-eval'";
    expect(await diagnoseIn('/strict', policy, [agent.port])).toMatchObject({
      layer: 'content-security-policy',
      error: { code: 'ERR_SDK_BLOCKED_BY_CSP', params: { directive: 'connect-src' } },
    });
  });

  it('does not blame a policy that lists the agent, when the agent is not there', async () => {
    const port = await deadPort();
    const policy = `default-src 'self'; connect-src ws://127.0.0.1:${port} http://127.0.0.1:${port}`;
    expect(await diagnoseIn('/listed', policy, [port])).toMatchObject({ layer: 'not-running' });
  });

  it('says that the site is refused when somebody listens who does not let it in', async () => {
    const refusing = createServer((_request, response) => response.writeHead(404).end());
    refusing.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n'));
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const port = (refusing.address() as AddressInfo).port;
    const diagnosis = await diagnoseIn('/', undefined, [port]);
    refusing.close();
    expect(diagnosis).toMatchObject({ layer: 'origin-refused', error: { params: { origin } } });
  });
});
