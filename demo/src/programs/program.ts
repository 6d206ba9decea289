import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { childEnvironment, endWithStarter, entryFile } from './entry.ts';

/** One JSON line of a program's standard output under ONELOCK_MACHINE_OUTPUT=1. */
export type ProgramEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** A program of the house, running. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  /** The next or an earlier event that the test accepts. Rejects when the program ends first or the time is up. */
  waitFor<E extends ProgramEvent>(accepts: (event: ProgramEvent) => event is E, timeoutMs?: number): Promise<E>;
  /** Hears every event from now on. @returns the way to stop hearing */
  onEvent(listener: (event: ProgramEvent) => void): () => void;
  /** Resolves with the exit status, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** What it wrote on standard error of late, for a report of what went wrong. */
  lastWords(): string;
  /** Asks it to stop, and after a while makes it. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  /** For people and reports. */
  readonly name: string;
  /** Package and file without its ending, as in `bridge-service`, `cli`. */
  readonly entry: readonly [packageFolder: string, file: string];
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const graceMs = 10_000;
const startTimeoutMs = 90_000;
const lastWordsLength = 4_000;

/**
 * Starts a program the way this one runs: from the sources when we are sources, else from the build. It inherits no
 * ONELOCK_ setting but those given.
 */
export function startProgram(options: ProgramOptions): Program {
  const { file, flags } = entryFile(options.entry);
  const child = spawn(process.execPath, [...flags, '--import', endWithStarter, file, ...(options.args ?? [])], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in the terminal reaches whoever started it, which then ends it in order, and once.
    detached: process.platform !== 'win32',
    env: childEnvironment({ ONELOCK_MACHINE_OUTPUT: '1', ...options.environment }),
  });
  return watch(options.name, child);
}

function watch(name: string, child: ChildProcess): Program {
  const seen: ProgramEvent[] = [];
  const listeners = new Set<(event: ProgramEvent) => void>();
  let words = '';

  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      words += error.message;
      resolve(error.message);
    });
    child.once('exit', (status, signal) => resolve(status ?? signal ?? 'unknown'));
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-lastWordsLength);
  });
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = parseEvent(line);
      if (event === null) return;
      seen.push(event);
      for (const listener of [...listeners]) listener(event);
    });
  }

  return {
    name,
    pid: child.pid ?? 0,
    ended,
    waitFor: (accepts, timeoutMs = startTimeoutMs) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          clearTimeout(timer);
          listeners.delete(hear);
        };
        const hear = (event: ProgramEvent): void => {
          if (!accepts(event)) return;
          stop();
          resolve(event);
        };
        const fail = (why: string): void => {
          stop();
          reject(new Error(`${name}: ${why}\n${words}`));
        };
        const timer = setTimeout(() => fail(`nothing after ${timeoutMs} ms`), timeoutMs);
        listeners.add(hear);
        const earlier = seen.find(accepts);
        if (earlier !== undefined) hear(earlier);
        void ended.then((status) => fail(`ended with ${status}`));
      }),
    onEvent(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    lastWords: () => words,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(late);
    },
  };
}

function parseEvent(line: string): ProgramEvent | null {
  if (!line.startsWith('{')) return null;
  const value: unknown = JSON.parse(line);
  return typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string'
    ? (value as ProgramEvent)
    : null;
}
