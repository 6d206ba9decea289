import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildStalePages } from '../../build-pages.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A real agent in its own process, as a user's computer runs it, with shell `print` so that a test can open its windows. */
export interface AgentProcess {
  readonly port: number;
  readonly stateDir: string;
  readonly child: ChildProcess;
  /** The one-time address of the next window, in order; waits for it. */
  nextWindow(timeoutMs?: number): Promise<string>;
  /** Addresses printed so far that nobody asked for. */
  unopenedWindows(): readonly string[];
  /** Everything logged so far. */
  log(): string;
  /** SIGTERM, then the exit status; the state folder stays. */
  quit(): Promise<number | null>;
  /** As {@link quit}, and removes the state folder. */
  stop(): Promise<number | null>;
}

export interface AgentOptions {
  readonly drivers?: readonly object[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Where the agent keeps its state; a new folder when absent. */
  readonly stateDir?: string;
  /** Numeric id of the user to run as; only root may say so. */
  readonly user?: number;
}

/** On a machine that does much else at the same time too. */
const startTimeoutMs = 60_000;
const patienceMs = 40_000;
let pagesBuilt: Promise<unknown> | undefined;

export async function startAgentProcess(options: AgentOptions = {}): Promise<AgentProcess> {
  pagesBuilt ??= buildStalePages();
  await pagesBuilt;
  const stateDir = options.stateDir ?? mkdtempSync(path.join(tmpdir(), 'onelock-agent-'));
  const child = spawn(process.execPath, ['--conditions=onelock-source', main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
    env: {
      PATH: process.env.PATH,
      HOME: stateDir,
      ONELOCK_MACHINE_OUTPUT: '1',
      ONELOCK_LOCK_SCOPE: process.env.ONELOCK_LOCK_SCOPE ?? '',
      ONELOCK_AGENT_PORTS: '0',
      ONELOCK_AGENT_SHELL: 'print',
      ONELOCK_AGENT_STATE_DIR: stateDir,
      // Most tests are about something else than who may ask; those that are say so themselves.
      ONELOCK_AGENT_ORIGINS: '*',
      ONELOCK_AGENT_DRIVERS: JSON.stringify(options.drivers ?? []),
      ...options.environment,
    },
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
  });
  const windows: string[] = [];
  const waiting: ((url: string) => void)[] = [];
  const listening = Promise.withResolvers<number>();
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const event = JSON.parse(line) as { event: string; port?: number; url?: string };
    if (event.event === 'listening') listening.resolve(event.port ?? 0);
    if (event.event === 'window') {
      const taker = waiting.shift();
      if (taker) taker(event.url ?? '');
      else windows.push(event.url ?? '');
    }
  });
  const port = await within(
    startTimeoutMs,
    'the agent to listen',
    Promise.race([
      listening.promise,
      exited.then((code) => Promise.reject(new Error(`the agent ended with ${code}:\n${log}`))),
    ]),
  ).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const quit = (): Promise<number | null> => {
    child.kill('SIGTERM');
    return within(patienceMs, 'the agent to stop', exited);
  };
  return {
    port,
    stateDir,
    child,
    nextWindow: (timeoutMs = patienceMs) => {
      const ready = windows.shift();
      if (ready !== undefined) return Promise.resolve(ready);
      return within(timeoutMs, 'a window', new Promise<string>((resolve) => waiting.push(resolve)));
    },
    unopenedWindows: () => [...windows],
    log: () => log,
    quit,
    stop: async () => {
      const code = await quit();
      rmSync(stateDir, { recursive: true, force: true, maxRetries: 5 });
      return code;
    },
  };
}

/** The promise, or a failure that names what was waited for. */
export async function within<T>(timeoutMs: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${timeoutMs} ms for ${what}`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
