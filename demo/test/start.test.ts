import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const program = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../src/start.ts');

interface StartEvent {
  readonly event: string;
  readonly service?: string;
  readonly site?: string;
  readonly agent?: string;
  readonly pin?: string;
}

describe('the demonstration that a person starts', () => {
  let folder: string;
  let child: ChildProcess;
  const events: StartEvent[] = [];

  function start(): void {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-start-'));
    events.length = 0;
    child = spawn(process.execPath, ['--conditions=onelock-source', program], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        PATH: process.env.PATH,
        ONELOCK_MACHINE_OUTPUT: '1',
        ONELOCK_DEMO_FOLDER: folder,
        ONELOCK_DEMO_SERVICE_PORT: '0',
        ONELOCK_DEMO_SITE_PORT: '0',
        ONELOCK_DEMO_AGENT_PORTS: '0',
        ONELOCK_DEMO_AGENT_SHELL: 'print',
      },
    });
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as StartEvent));
  }

  async function stop(signal: NodeJS.Signals): Promise<unknown> {
    const ended = once(child, 'exit');
    child.kill(signal);
    return (await ended)[0];
  }

  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) await stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });

  it('prints the addresses, and at Ctrl-C ends with 0 and leaves nobody listening', async () => {
    start();
    await expect.poll(() => events.at(-1)?.event, { timeout: 60_000 }).toBe('ready');
    const ready = events.at(-1);
    const addresses = [ready?.service, ready?.site, ready?.agent].map((text) => new URL(text ?? ''));
    expect(ready?.pin).toMatch(/^\d{6}$/);
    expect(await Promise.all(addresses.map(isOpen))).toEqual([true, true, true]);
    // Ctrl-C reaches a program twice when whoever started it passes it on: that is no reason to hurry.
    child.kill('SIGINT');
    expect(await stop('SIGINT')).toBe(0);
    expect(events.at(-1)?.event).toBe('stopped');
    expect(await Promise.all(addresses.map(isOpen))).toEqual([false, false, false]);
  });

  it('leaves nobody listening when it is killed outright', async () => {
    start();
    await expect.poll(() => events.at(-1)?.event, { timeout: 60_000 }).toBe('ready');
    const ready = events.at(-1);
    const addresses = [ready?.service, ready?.site, ready?.agent].map((text) => new URL(text ?? ''));
    await stop('SIGKILL');
    await expect.poll(() => Promise.all(addresses.map(isOpen))).toEqual([false, false, false]);
  });

  it('at a signal while it is starting ends what was started', async () => {
    start();
    await expect.poll(() => events.filter(({ event }) => event === 'progress').length, { timeout: 60_000 }).toBe(2);
    expect(await stop('SIGTERM')).toBe(0);
    expect(events.at(-1)?.event).toBe('stopped');
    expect(events.some(({ event }) => event === 'ready')).toBe(false);
  });
});

function isOpen({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
