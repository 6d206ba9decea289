import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from './agent-process.ts';
import { trustAnchorFiles } from './tokens.ts';

const cli = fileURLToPath(new URL('../../../bridge-service/src/cli.ts', import.meta.url));

/** A real bridge-service that knows our test CAs and has a caller for an agent. */
export interface ServiceProcess {
  readonly url: string;
  readonly agentToken: string;
  readonly administratorToken: string;
  /** Of the service's key, SubjectPublicKeyInfo in base64. */
  readonly key: string;
  /** Asks as the administrator; gives the answer. */
  ask(method: 'POST' | 'PUT' | 'PATCH', path: string, body: object): Promise<Readonly<Record<string, unknown>>>;
  /** Kills it, as bad luck does. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  restart(): Promise<void>;
  cleanUp(): Promise<void>;
}

export async function startService(environment: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-service-'));
  let running = await launch(folder, 0, environment);
  const { url, port } = running;
  const administrator = await post(`${url}/v1/administrators`, null, { code: running.code, name: 'test' });
  const [rsaRoot, rsaIntermediate, sm2Root, sm2Intermediate] = trustAnchorFiles.map((file) =>
    readFileSync(file, 'utf8'),
  );
  for (const [name, root, intermediate] of [
    ['RSA', rsaRoot, rsaIntermediate],
    ['SM2', sm2Root, sm2Intermediate],
  ])
    await post(`${url}/v1/cas`, administrator.token, { name, anchors: [root], intermediates: [intermediate] });
  const agent = await post(`${url}/v1/callers`, administrator.token, { name: 'agents', role: 'agent' });
  const published = (await (await fetch(`${url}/v1/keys`)).json()) as { keys: [{ publicKey: string }] };
  return {
    url,
    key: published.keys[0].publicKey,
    ask: (method, path, body) => send(method, `${url}${path}`, administrator.token, body),
    agentToken: agent.token,
    administratorToken: administrator.token,
    kill: () => running.end('SIGKILL'),
    restart: async () => {
      running = await launch(folder, port, environment);
    },
    cleanUp: async () => {
      await running.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Launched {
  readonly url: string;
  readonly port: number;
  readonly code: string;
  end(signal: NodeJS.Signals): Promise<void>;
}

async function launch(folder: string, port: number, environment: Readonly<Record<string, string>>): Promise<Launched> {
  const child: ChildProcess = spawn(process.execPath, ['--conditions=onelock-source', cli, 'start'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      ONELOCK_MACHINE_OUTPUT: '1',
      ONELOCK_SERVICE_PORT: String(port),
      ONELOCK_SERVICE_DATA_DIR: folder,
      ONELOCK_SERVICE_NEW_CA_REVOCATION: 'if-available',
      ONELOCK_SERVICE_LOG_LEVEL: 'error',
      ...environment,
    },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let code = '';
  const listening = new Promise<{ url: string; port: number }>((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const event = JSON.parse(line) as { event: string; code?: string; url?: string; port?: number };
      if (event.event === 'administrator-code') code = event.code ?? '';
      if (event.event === 'listening') resolve({ url: event.url ?? '', port: event.port ?? 0 });
    });
  });
  const address = await within(60_000, 'the service to listen', listening);
  return {
    ...address,
    code,
    end: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

async function post(url: string, token: string | null, body: object): Promise<{ readonly token: string }> {
  return (await send('POST', url, token, body)) as { token: string };
}

async function send(method: string, url: string, token: string | null, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}
