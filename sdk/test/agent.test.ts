import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect, diagnose, type OneLockClient, type Params, type WebSocketConstructor } from '@onelock/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

const checkout = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

function certificateOf(file: string): Uint8Array {
  const pem = readFileSync(path.join(checkout, 'vectors/pki', file), 'utf8');
  return new Uint8Array(Buffer.from(/CERTIFICATE-----([^-]+)-----END/.exec(pem)?.[1] ?? '', 'base64'));
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

/** A page's WebSocket says where it comes from. */
function from(origin: string): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { origin });
    }
  };
}

/** A site that the person allowed before. */
const trusted = 'https://files.example.cn';

describe('the SDK with the real agent', () => {
  let folder: string;
  let agent: ChildProcess;
  let port: number;
  let client: OneLockClient;
  const windows: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-sdk-'));
    const allowed = [{ origin: trusted, allowedAt: '2026-01-01T00:00:00.000Z' }];
    writeFileSync(
      path.join(folder, 'origins.json'),
      JSON.stringify({ format: 'onelock-origins/1', origins: allowed }),
      {
        mode: 0o600,
      },
    );
    agent = spawn(process.execPath, ['--conditions=onelock-source', path.join(checkout, 'desktop-agent/src/main.ts')], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        PATH: process.env.PATH,
        ONELOCK_MACHINE_OUTPUT: '1',
        ONELOCK_AGENT_PORTS: '0',
        ONELOCK_AGENT_STATE_DIR: folder,
        ONELOCK_AGENT_SHELL: 'print',
        ONELOCK_AGENT_ORIGINS: `${trusted},https://bid.example.cn`,
        ONELOCK_AGENT_LOG_LEVEL: 'silent',
      },
    });
    if (agent.stdout === null) throw new Error('no output');
    const lines = createInterface({ input: agent.stdout });
    port = await new Promise<number>((resolve, reject) => {
      agent.once('exit', (status) => reject(new Error(`the agent ended with ${status}`)));
      lines.on('line', (line) => {
        const event = JSON.parse(line) as { event: string; port?: number; url?: string };
        if (event.event === 'listening') resolve(event.port ?? 0);
        if (event.event === 'window') windows.push(event.url ?? '');
      });
    });
    client = await connect({ ports: [port], WebSocket: from('https://bid.example.cn') });
  });
  afterAll(async () => {
    client?.close();
    if (agent?.exitCode === null && agent.signalCode === null) {
      const ended = once(agent, 'exit');
      agent.kill();
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('learns what it serves', async () => {
    const info = await client.getAgentInfo();
    expect(info).toMatchObject({ product: client.agent.product, contractVersion: '1.0', developerMode: false });
    expect(client.supports('authenticate')).toBe(true);
    expect(info.calls.every((call) => client.supports(call))).toBe(true);
  });

  it('is told of a call that is not served, and never given a pretended result', async () => {
    expect(client.supports('sealDocument')).toBe(false);
    const params = {} as Params<'sealDocument'>;
    await expect(client.sealDocument(params)).rejects.toMatchObject({ code: 'ERR_CALL_UNSUPPORTED' });
  });

  it('streams a file through and takes the result, piece by piece', async () => {
    const page = await connect({ ports: [port], WebSocket: from(trusted) });
    try {
      const file = new Uint8Array(randomBytes(1_234_567));
      const [recipient] = [certificateOf('sm2/encrypt.pem')];
      const received = page.receive();
      const source = page.offer(new File([file], '投标文件.pdf'));
      expect(source).toMatchObject({ kind: 'stream', size: file.length, name: '投标文件.pdf' });
      const sealing = page.encryptFile({ file: source, target: received.target, recipients: [recipient] });
      const sealed = new Uint8Array(await new Response(received.bytes).arrayBuffer());
      const { file: facts, algorithm } = await sealing;
      expect({ algorithm, size: facts.size }).toEqual({ algorithm: 'SM4-GCM', size: sealed.length });
      expect(sealed.length).toBeGreaterThan(file.length);
      const digest = createHash('sm3').update(sealed).digest();
      expect(Buffer.from(facts.digest).equals(digest)).toBe(true);

      // Bytes are a source as well, and an agent that refuses leaves nothing behind.
      const wrong = page.receive();
      const refused = page.encryptFile({
        file: page.offer(file),
        target: wrong.target,
        recipients: [certificateOf('sm2/leaf.pem')],
      });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_PATH_KEY_USAGE' });

      const lost = page.receive();
      void page
        .encryptFile({ file: page.offer(file), target: lost.target, recipients: [recipient] })
        .catch(() => undefined);
      const reader = lost.bytes.getReader();
      await reader.read();
      page.close();
      await expect(readAll(reader)).rejects.toMatchObject({ code: 'ERR_SDK_CONNECTION_LOST' });
    } finally {
      page.close();
    }
  });

  it('cannot smuggle a PIN in', async () => {
    const params = { key: 'k1_c29mdDpkZW1vOnNtMjox', data: Uint8Array.of(1), pin: '123456' };
    await expect(client.signData(params)).rejects.toMatchObject({
      code: 'ERR_CALL_PARAMS_INVALID',
      params: { call: 'signData', field: '/pin' },
      callId: expect.stringMatching(/^c-/),
    });
    expect(windows).toEqual([]);
  });

  it('closes the agent’s window when the page gives a call up', async () => {
    const giveUp = new AbortController();
    const call = client.digestData({ data: Uint8Array.of(1), algorithm: 'sm3' }, { signal: giveUp.signal });
    await expect.poll(() => windows.length).toBe(1);
    giveUp.abort();
    await expect(call).rejects.toMatchObject({ code: 'ERR_SDK_ABORTED' });
    // The question has gone with it: its address opens nothing any more.
    const address = windows[0] ?? '';
    await expect
      .poll(async () => (await fetch(address, { redirect: 'manual' })).json())
      .toMatchObject({ code: 'ERR_AGENT_WINDOW_EXPIRED' });
  });

  it('names the refused origin as the failing layer, for http and for opaque origins', async () => {
    for (const origin of ['http://bid.example.cn', 'null', 'chrome-extension://abcdefgh']) {
      const environment = { fetch, location: { origin } };
      const diagnosis = await diagnose({ ports: [port], WebSocket: from(origin), environment });
      expect(diagnosis).toMatchObject({ layer: 'origin-refused', error: { code: 'ERR_AGENT_ORIGIN_DENIED' } });
    }
  });

  it('says that the connection is lost when the agent ends, and that nobody is there afterwards', async () => {
    const call = client.listDevices().catch((error: unknown) => error);
    await expect.poll(() => windows.length).toBe(2);
    agent.kill('SIGKILL');
    expect(await call).toMatchObject({ code: 'ERR_SDK_CONNECTION_LOST' });
    await expect(client.getAgentInfo()).rejects.toMatchObject({ code: 'ERR_SDK_AGENT_NOT_FOUND' });
  });
});
