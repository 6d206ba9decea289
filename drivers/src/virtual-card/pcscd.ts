import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The reader driver of vsmartcard, and the daemon that loads it. */
const vpcd = ['/usr/lib/pcsc/drivers/serial/libifdvpcd.so'];
const daemons = ['/usr/sbin/pcscd'];
const setpriv = '/usr/bin/setpriv';
const startMs = 20_000;
const attempts = 5;

export interface PrivatePcscd {
  /** For PCSCLITE_CSOCK_NAME: the daemon's socket, which every user may open. */
  readonly socket: string;
  /** Ports of the two slots; vpcd has no more, however many readers are configured. */
  readonly ports: readonly [number, number];
  /** Ends the daemon as a crash or an update does, and starts it again at the same socket. */
  interrupt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** What a daemon of one's own needs, or undefined with the first thing that is missing left to the caller's words. */
export function pcscdParts():
  | { readonly daemon: string; readonly driver: string; readonly unshare: string }
  | undefined {
  const daemon = daemons.find((file) => existsSync(file));
  const driver = vpcd.find((file) => existsSync(file));
  const unshare = ['/usr/bin/unshare'].find((file) => existsSync(file));
  if (process.getuid?.() !== 0 || daemon === undefined || driver === undefined || unshare === undefined)
    return undefined;
  return mayUnshare(unshare) ? { daemon, driver, unshare } : undefined;
}

/** A container may keep even its root from making namespaces. */
function mayUnshare(unshare: string): boolean {
  namespaces ??= spawnSync(unshare, ['--mount', 'true'], { stdio: 'ignore' }).status === 0;
  return namespaces;
}

let namespaces: boolean | undefined;

/**
 * Starts a pcscd that no other program sees: its folder /run/pcscd is another one in a mount namespace of its own, its readers
 * are virtual, its socket lies in a temporary folder. Root only.
 */
export async function startPcscd(): Promise<PrivatePcscd> {
  const parts = pcscdParts();
  if (parts === undefined) throw new Error('pcscd, vsmartcard-vpcd, util-linux and root are needed');
  for (let attempt = 1; ; attempt += 1) {
    const started = await tryStart(parts, await freePortPair());
    if (started !== null) return started;
    if (attempt === attempts) throw new Error('pcscd did not start');
  }
}

type Parts = NonNullable<ReturnType<typeof pcscdParts>>;

async function tryStart(parts: Parts, port: number): Promise<PrivatePcscd | null> {
  const home = mkdtempSync(path.join(tmpdir(), 'onelock-pcscd-'));
  const folders = { home, configuration: path.join(home, 'reader.conf.d'), run: path.join(home, 'run') };
  mkdirSync(folders.configuration);
  mkdirSync(folders.run);
  writeFileSync(path.join(folders.configuration, 'virtual'), readerText(parts.driver, port));
  const socket = path.join(folders.run, 'pcscd.comm');
  let child = launch(parts, folders);
  const end = async (): Promise<void> => {
    await ended(child);
    // Killed, it leaves them; another would take them for those of a daemon that lives.
    for (const name of ['pcscd.comm', 'pcscd.pid']) rmSync(path.join(folders.run, name), { force: true });
  };
  const stop = async (): Promise<void> => {
    await end();
    rmSync(home, { recursive: true, force: true });
  };
  const resume = async (): Promise<void> => {
    child = launch(parts, folders);
    if (!(await appears(socket, child))) throw new Error('pcscd did not start again');
  };
  if (await appears(socket, child)) return { socket, ports: [port, port + 1], interrupt: end, resume, stop };
  await stop();
  return null;
}

function launch(
  { daemon, unshare }: Parts,
  { home, configuration, run }: { readonly home: string; readonly configuration: string; readonly run: string },
): ChildProcess {
  const inside =
    'chmod 711 "$1" "$2" && mkdir -p /run/pcscd && mount --bind "$2" /run/pcscd && exec "$3" --foreground --config "$4"';
  // The daemon must not outlive whoever started it, however that one ends.
  const leash = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];
  const shell = ['sh', '-c', inside, 'sh', home, run, daemon, configuration];
  const [command = unshare, ...args] = [...leash, unshare, '--mount', ...shell];
  return spawn(command, args, {
    stdio: 'ignore',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  });
}

function readerText(driver: string, port: number): string {
  return [
    'FRIENDLYNAME "OneLock Virtual Reader"',
    `DEVICENAME /dev/null:${port}`,
    `LIBPATH ${driver}`,
    `CHANNELID 0x${port.toString(16).toUpperCase()}`,
    '',
  ].join('\n');
}

async function appears(file: string, child: ChildProcess): Promise<boolean> {
  const end = performance.now() + startMs;
  while (!existsSync(file)) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > end) return false;
    await delay(25);
  }
  return true;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  child.kill('SIGKILL');
  await promise;
}

/**
 * A port with a free neighbour: vpcd gives a reader two slots. Below the range from which systems hand out ports, so that nobody
 * takes them between our look and vpcd's listening.
 */
async function freePortPair(): Promise<number> {
  for (;;) {
    const port = 20_000 + 2 * randomInt(5000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}
