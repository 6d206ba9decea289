import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { startHostedDriver } from '../src/host/index.ts';
import { type DriverConfig, hostUserNumber } from '../src/port/index.ts';
import { childrenOf, isAlive, until } from './processes.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function startHost(user?: DriverConfig['user'], id = 'soft') {
  const { folder, remove } = newTokenFolder();
  endings.push(remove);
  const file = await writeTestToken(folder);
  const config = { id, family: 'soft', folder, ...(user && { user }) } as const;
  const driver = await startHostedDriver(config);
  endings.push(() => driver.close());
  return { driver, file, folder, pid: driver.status().pid ?? 0 };
}

/** What a process holds open, as the kernel names it: socket and pipe by number, files by path. */
function handlesOf(pid: number | 'self'): readonly string[] {
  return descriptorsOf(pid).flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${descriptor}`)];
    } catch {
      return [];
    }
  });
}

/** None of one that is gone. */
function descriptorsOf(pid: number | 'self'): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    return [];
  }
}

/** The driver host among the children of a process, once it is Node: it is started through programs that restrict it. */
function hostOf(parent: number): number | undefined {
  return childrenOf(parent).find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(process.execPath);
    } catch {
      return false;
    }
  });
}

/** Time that a process has spent, in hundredths of a second; 0 of one that is gone. */
function burntBy(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[13]);
  } catch {
    return 0;
  }
}

function statusOf(pid: number): string {
  return readFileSync(`/proc/${pid}/status`, 'utf8');
}

const linux = process.platform === 'linux';
const root = linux && process.getuid?.() === 0;

describe.skipIf(!linux)('the host process (skipped where there is no /proc)', () => {
  it('holds no file, pipe or socket of its parent', async () => {
    const secret = openSync(fileURLToPath(import.meta.url), 'r');
    endings.push(() => closeSync(secret));
    const server = net.createServer().listen(0, '127.0.0.1');
    endings.push(() => void server.close());
    await until(() => server.listening);
    const { pid } = await startHost();
    const ours = new Set(handlesOf('self'));
    expect([...ours].some((name) => name.startsWith('socket:'))).toBe(true);
    expect(ours.has(fileURLToPath(import.meta.url))).toBe(true);
    // Names that say nothing about who opened them: the null device and the kernel's anonymous inodes.
    const shared = handlesOf(pid).filter((name) => ours.has(name) && !/^(\/dev\/null|anon_inode:.*)$/.test(name));
    expect(shared).toEqual([]);
    const files = handlesOf(pid).filter((name) => name.startsWith('/') && name !== '/dev/null');
    expect(files).toEqual([]);
    const channelAndPipe = handlesOf(pid).filter((name) => name.startsWith('socket:'));
    expect(channelAndPipe).toHaveLength(2);
  });

  it('gets nothing of what a grandparent left open', { timeout: 180_000 }, async () => {
    // The shell hands handle 200 down without close-on-exec, as a careless service manager would.
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    const parent = fileURLToPath(new URL('./fixtures/parent-of-idle-host.ts', import.meta.url));
    const node = [process.execPath, '--conditions=onelock-source', parent, folder];
    const shell = spawn('bash', ['-c', 'exec 200</etc/hostname; exec "$@"', 'bash', ...node], { stdio: 'ignore' });
    endings.push(() => void shell.kill('SIGKILL'));
    await until(() => childrenOf(shell.pid ?? 0).some((pid) => handlesOf(pid).includes('anon_inode:inotify')));
    const host = childrenOf(shell.pid ?? 0).find((pid) => handlesOf(pid).includes('anon_inode:inotify'));
    expect(handlesOf(shell.pid ?? 0)).toContain('/etc/hostname');
    expect(handlesOf(host ?? 0)).not.toContain('/etc/hostname');
  });

  it('sees no variable of its parent', async () => {
    process.env.ONELOCK_TEST_SECRET = 'not for drivers';
    endings.push(() => {
      delete process.env.ONELOCK_TEST_SECRET;
    });
    const { pid } = await startHost();
    if (root) expect(statSync(`/proc/${pid}/environ`).uid).toBe(0);
    const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .map((line) => line.split('=')[0]);
    expect(names.filter(Boolean).sort()).toEqual([
      'LANG',
      'NODE_CHANNEL_FD',
      'NODE_CHANNEL_SERIALIZATION_MODE',
      'PATH',
      'TZ',
    ]);
  });

  it('runs under the limits of the system and cannot gain privileges', async () => {
    const { pid } = await startHost();
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    expect(limits).toMatch(/^Max open files\s+256\s+256\s/m);
    expect(limits).toMatch(/^Max core file size\s+0\s+0\s/m);
    expect(limits).toMatch(/^Max data size\s+1073741824\s+1073741824\s/m);
    expect(statusOf(pid)).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')).toContain('--max-old-space-size=128');
  });

  it('has no network: not loopback, nothing beyond, no interface', async () => {
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    const server = net.createServer().listen(0, '127.0.0.1');
    endings.push(() => void server.close());
    await until(() => server.listening);
    const { port } = server.address() as net.AddressInfo;
    const entry = new URL('./fixtures/rogue-host.ts', import.meta.url);
    const environment = { ROGUE_PORT: String(port) };
    const vendor = 'reaches for the network';
    const library = {
      id: 'rogue',
      family: 'pkcs11',
      vendor,
      library: '/none',
      environment,
      stateFolder: folder,
    } as const;
    const start = async (network: 'none' | 'allowed') => {
      const driver = await startHostedDriver({ ...library, network }, { entry });
      endings.push(() => driver.close());
      return { found: (await driver.listDevices())[0]?.label, network: driver.status().network };
    };
    expect(await start('none')).toEqual({ found: 'ENETUNREACH, ENETUNREACH, ', network: 'none' });
    // The control: with leave the same host does get there.
    const control = await start('allowed');
    expect(control.found).toMatch(/^reached, /);
    expect(control.network).toBe('allowed');
    const { pid } = await startHost();
    expect(readlinkSync(`/proc/${pid}/ns/net`)).not.toBe(readlinkSync('/proc/self/ns/net'));
  });

  it('dies with a parent that is killed, even while its library blocks it', { timeout: 180_000 }, async () => {
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    const script = fileURLToPath(new URL('./fixtures/parent-of-blocked-host.ts', import.meta.url));
    const parent = spawn(process.execPath, ['--conditions=onelock-source', script, folder], { stdio: 'ignore' });
    endings.push(() => void parent.kill('SIGKILL'));
    let host = 0;
    // Blocked means burning time: wait until it has burnt some. A process on the way to the host may be seen first, and be gone.
    await until(() => {
      host = hostOf(parent.pid ?? 0) ?? 0;
      return host !== 0 && burntBy(host) > 60;
    });
    parent.kill('SIGKILL');
    await until(() => !isAlive(host));
  });
});

describe.skipIf(!root)('under a parent that is root (skipped for others)', () => {
  const idsOf = (pid: number): readonly string[] =>
    ['Uid', 'Gid', 'Groups'].map((name) => new RegExp(`^${name}:(.*)$`, 'm').exec(statusOf(pid))?.[1]?.trim() ?? '?');

  it('is nobody in particular by default, without groups or capabilities', async () => {
    const before = process.getgroups?.() ?? [];
    process.setgroups?.([4, 24]);
    endings.push(() => process.setgroups?.(before));
    const { pid, file } = await startHost();
    const number = hostUserNumber('soft');
    const id = `${number}\t${number}\t${number}\t${number}`;
    expect(idsOf(pid)).toEqual([id, id, '']);
    expect(statusOf(pid)).toMatch(/^CapEff:\s+0+$/m);
    expect(statusOf(pid)).toMatch(/^CapPrm:\s+0+$/m);
    expect(statSync(file).uid).toBe(number);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  });

  it('is another user than the host of another driver, whose token and process are out of its reach', async () => {
    const one = await startHost(undefined, 'vendor-one');
    const other = await startHost(undefined, 'vendor-other');
    expect(idsOf(one.pid).slice(0, 2)).not.toEqual(idsOf(other.pid).slice(0, 2));
    const uid = statSync(one.file).uid;
    // Only its own folder guards the token, not a closed home above it.
    chmodSync(path.dirname(other.folder), 0o755);
    const script = `
      const attempt = (act) => { try { act(); return 'done'; } catch (error) { return error.code; } };
      const [file, pid] = process.argv.slice(1);
      console.log(attempt(() => require('node:fs').readFileSync(file)), attempt(() => process.kill(Number(pid), 0)));`;
    const tried = spawnSync(process.execPath, ['-e', script, other.file, String(other.pid)], {
      uid,
      gid: uid,
      encoding: 'utf8',
    });
    expect(tried.stdout.trim()).toBe('EACCES EPERM');
  });

  it('is the user that the configuration names', async () => {
    const { pid, file } = await startHost({ uid: 60951, gid: 60952 });
    expect(idsOf(pid).slice(0, 2)).toEqual(['60951\t60951\t60951\t60951', '60952\t60952\t60952\t60952']);
    expect(statSync(file)).toMatchObject({ uid: 60951, gid: 60952 });
  });

  it('stays root only when told so in words', async () => {
    const { pid } = await startHost('same-as-parent');
    expect(idsOf(pid)[0]).toBe('0\t0\t0\t0');
  });

  it('reaches its tokens below a folder that it may not enter', async () => {
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    const closed = path.join(path.dirname(folder), 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const tokens = path.join(closed, 'tokens');
    await writeTestToken(tokens);
    const driver = await startHostedDriver({ id: 'soft', family: 'soft', folder: tokens });
    endings.push(() => driver.close());
    expect(statSync(closed).uid).toBe(0);
    expect(await driver.listDevices()).toHaveLength(1);
  });
});
