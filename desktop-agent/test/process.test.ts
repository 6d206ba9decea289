import { execFile, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { createChromiumShell } from '../src/shell/chromium-shell.ts';
import { WindowPrompt } from '../src/window/window-prompt.ts';
import { startWindowServer } from '../src/window/window-server.ts';
import { startAgentOfTest } from './support/agent-of-test.ts';
import { within } from './support/agent-process.ts';
import { rememberAllowed } from './support/allowed-sites.ts';
import { failure } from './support/failure.ts';
import { connectPage, rawUpgrade, site } from './support/page-connection.ts';
import { makeSoftToken } from './support/tokens.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Numeric id of the conventional unprivileged user: a browser keeps its sandbox by not being root. */
const unprivilegedId = 65534;

function runMain(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ['--conditions=onelock-source', main, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    encoding: 'utf8',
    timeout: 50_000,
  });
}

/** Sends a page's upgrade request and prints how it was answered. */
const upgradeScript = `
const [port, origin] = process.argv.slice(1);
const headers = { origin, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol': 'onelock.v1' };
require('node:http').get({ host: '127.0.0.1', port, path: '/v1', headers })
  .on('upgrade', () => { console.log('101'); process.exit(0); })
  .on('response', (r) => r.on('data', (d) => console.log(r.statusCode + ' ' + d)));
`;

/** Sends a page's upgrade request, its greeting and a call that opens a window, and is gone before any answer. */
const blindScript = `
const [port, origin] = process.argv.slice(1);
const frame = (message) => {
  const text = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
};
const head = ['GET /v1 HTTP/1.1', 'Host: 127.0.0.1:' + port, 'Origin: ' + origin, 'Connection: Upgrade',
  'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: onelock.v1', '', ''].join('\\r\\n');
const socket = require('node:net').connect(Number(port), '127.0.0.1', () => socket.write(Buffer.concat([
  Buffer.from(head),
  frame({ id: 'h', method: 'hello', params: { contractVersion: '1.0', client: 'x' } }),
  frame({ id: 'c', method: 'listDevices', params: {} }),
]), () => process.exit(0)));
`;

/** Every process below one, itself not counted (Linux). */
function descendants(pid: number): readonly number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map<number, number>();
  for (const name of all) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended between the listing and the look.
    }
  }
  const below = (parent: number): number[] =>
    [...parents].flatMap(([child, its]) => (its === parent ? [child, ...below(child)] : []));
  return below(pid);
}

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`);

async function untilGone(pids: readonly number[]): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (pids.some(alive) && Date.now() < deadline) await delay(50);
  expect(pids.filter(alive)).toEqual([]);
}

describe('the agent as a process', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'stops on %s, twice in a row too, with status 0 and no process left',
    async (signal) => {
      const tokens = await makeSoftToken();
      const agent = await startAgentOfTest({ drivers: [tokens.driver] });
      rememberAllowed(agent.stateDir, site);
      const page = await connectPage(agent.port);
      // On a busy machine the driver may still be starting.
      while ((await page.call('listDevices', {})).devices.length === 0) await delay(200);
      const waiting = failure(page.call('selectCertificate', { purpose: 'sign' }));
      await agent.nextWindow();
      const hosts = descendants(agent.child.pid ?? 0);
      expect(hosts.length).toBeGreaterThan(0);
      const exit = new Promise((resolve) => agent.child.once('exit', resolve));
      agent.child.kill(signal);
      agent.child.kill(signal);
      expect(await within(40_000, 'the agent to stop', exit)).toBe(0);
      expect(await page.closed).toBe(1001);
      expect(String(await waiting)).toMatch(/ERR_USER_CANCELLED|closed with 1001/);
      await untilGone(hosts);
      tokens.cleanUp();
      rmSync(agent.stateDir, { recursive: true, force: true });
    },
  );

  it('leaves no driver host behind when it is killed outright', async () => {
    const tokens = await makeSoftToken();
    const agent = await startAgentOfTest({ drivers: [tokens.driver] });
    const hosts = descendants(agent.child.pid ?? 0);
    agent.child.kill('SIGKILL');
    await untilGone(hosts);
    tokens.cleanUp();
    rmSync(agent.stateDir, { recursive: true, force: true });
  });

  it('takes the next port when the first is taken, and says when all are', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      }),
    );
    const agent = await startAgentOfTest({ environment: { ONELOCK_AGENT_PORTS: `${port},0` } });
    expect(agent.port).not.toBe(port);
    expect(await agent.stop()).toBe(0);
    const { status, stderr } = runMain([], { ONELOCK_AGENT_PORTS: String(port), HOME: tmpdir() });
    taken.close();
    expect(status).toBe(1);
    expect(stderr).toContain('ERR_AGENT_PORTS_TAKEN');
    expect(stderr).toContain(`本机端口 ${port} 均被占用`);
  });

  it.each([
    ['ONELOCK_AGENT_PORTS', 'http'],
    ['ONELOCK_AGENT_SHELL', 'electron'],
    ['ONELOCK_AGENT_DEVELOPER', 'yes'],
    ['ONELOCK_AGENT_SERVICE_URL', 'http://service.example'],
    ['ONELOCK_AGENT_DRIVERS', '{'],
    ['ONELOCK_AGENT_CONSENT_TIMEOUT_SECONDS', '0'],
  ])('refuses to start with a wrong %s and names it', (key, value) => {
    const { status, stderr } = runMain([], { [key]: value, HOME: tmpdir() });
    expect(status).toBe(1);
    expect(stderr).toContain('ERR_SERVICE_CONFIG_INVALID');
    expect(stderr).toContain(key);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('refuses a driver that is out of shape', () => {
    const drivers = JSON.stringify([{ id: 'x', family: 'pkcs11', library: 'relative.so' }]);
    const { status, stderr } = runMain([], { ONELOCK_AGENT_DRIVERS: drivers, HOME: tmpdir() });
    expect([status, stderr]).toEqual([1, expect.stringContaining('ERR_DRIVER_CONFIG_INVALID')]);
  });

  it('serves the user it runs as and no other user of the computer', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can be another user');
    const home = mkdtempSync(path.join(tmpdir(), 'onelock-peer-'));
    chmodSync(home, 0o777);
    const agent = await startAgentOfTest({ user: unprivilegedId, stateDir: path.join(home, 'state') });
    const askAs = (user: number): string =>
      spawnSync(process.execPath, ['-e', upgradeScript, String(agent.port), site], {
        uid: user,
        gid: user,
        encoding: 'utf8',
      }).stdout.trim();
    expect(askAs(unprivilegedId)).toBe('101');
    expect(askAs(unprivilegedId - 1)).toBe('403 {"code":"ERR_AGENT_PEER_DENIED","params":{}}');
    expect((await rawUpgrade(agent.port, {})).status).toBe(101);
    // Another user's program that has gone before the agent looks: its socket is nobody's, which the kernel writes as 0.
    agent.child.kill('SIGSTOP');
    spawnSync(process.execPath, ['-e', blindScript, String(agent.port), site], {
      uid: unprivilegedId - 1,
      gid: unprivilegedId - 1,
    });
    await delay(500);
    agent.child.kill('SIGCONT');
    await expect.poll(() => agent.log().split('ERR_AGENT_PEER_DENIED').length - 1).toBe(2);
    await delay(500);
    expect(agent.unopenedWindows()).toEqual([]);
    expect(await agent.stop()).toBe(0);
    rmSync(home, { recursive: true, force: true });
  });

  it('lists and revokes sites, and a running agent sees it with the next call', async () => {
    const agent = await startAgentOfTest();
    rememberAllowed(agent.stateDir, site);
    const environment = { ONELOCK_AGENT_STATE_DIR: agent.stateDir };
    const page = await connectPage(agent.port);
    expect(await page.call('listDevices', {})).toEqual({ devices: [], incomplete: [] });
    expect(JSON.parse(runMain(['sites', '--json'], environment).stdout)).toMatchObject({ sites: [{ origin: site }] });
    expect(runMain(['sites', 'revoke', site], environment).status).toBe(0);
    expect(runMain(['sites', 'revoke', site], environment).status).toBe(1);
    expect(runMain(['sites', 'what'], environment).status).toBe(2);
    void failure(page.call('listDevices', {}));
    expect(await agent.nextWindow()).toContain('/open/');
    await page.close();
    expect(await agent.stop()).toBe(0);
  });
});

const chromium = requireReal('Chromium', chromiumExecutable());
const xvfb = requireReal('Xvfb', ['/usr/bin/Xvfb'].find(existsSync));

chromium('the app window', () => {
  xvfb('on a real display', (server) => {
    it('opens as a window of its own, loads the question, and its process is gone with the answer', async () => {
      const display = spawn(server, ['-displayfd', '3', '-screen', '0', '1200x900x24', '-nolisten', 'tcp'], {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      });
      const home = mkdtempSync(path.join(tmpdir(), 'onelock-app-window-'));
      chmodSync(home, 0o777);
      const number = await within(
        40_000,
        'the display',
        new Promise<string>((resolve) =>
          display.stdio[3]?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())),
        ),
      );
      const asRoot = process.getuid?.() === 0;
      const agent = await startAgentOfTest({
        ...(asRoot ? { user: unprivilegedId } : {}),
        stateDir: path.join(home, 'state'),
        environment: { ONELOCK_AGENT_SHELL: 'auto', DISPLAY: `:${number}`, HOME: home },
      });
      const profiles = (): readonly string[] =>
        readdirSync(path.join(home, 'state')).filter((name) => name.startsWith('window-'));
      try {
        const page = await connectPage(agent.port);
        const asking = failure(page.call('listDevices', {}));
        const browsers = await within(60_000, 'the browser', untilLoaded(agent.child.pid ?? 0));
        expect(agent.unopenedWindows()).toEqual([]);
        const commands = browsers.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
        expect(commands.join('\n')).toContain('--app=http://127.0.0.1:');
        expect(commands.join('\n')).not.toContain('--no-sandbox');
        const environments = browsers.map((pid) => readFileSync(`/proc/${pid}/environ`, 'utf8'));
        expect(environments.join('\n')).toContain('DISPLAY=');
        expect(environments.join('\n')).not.toContain('ONELOCK_');
        await delay(1_500);
        if (process.env.ONELOCK_SCREENSHOT) {
          await promisify(execFile)('import', [
            '-display',
            `:${number}`,
            '-window',
            'root',
            process.env.ONELOCK_SCREENSHOT,
          ]);
        }
        // Nobody waits any more: the window says so, closes itself, and its browser is gone, profile and all.
        await page.close();
        await asking;
        await untilGone(browsers);
        await expect.poll(profiles).toEqual([]);
        // A window that is still open when the agent stops goes with it.
        const second = await connectPage(agent.port);
        void failure(second.call('listDevices', {}));
        const others = await within(60_000, 'the browser', untilLoaded(agent.child.pid ?? 0));
        const exit = new Promise((resolve) => agent.child.once('exit', resolve));
        agent.child.kill('SIGTERM');
        expect(await within(40_000, 'the agent to stop', exit)).toBe(0);
        await untilGone(others);
        expect(profiles()).toEqual([]);
      } finally {
        agent.child.kill('SIGKILL');
        display.kill('SIGTERM');
        rmSync(home, { recursive: true, force: true });
      }
    });
  });

  it('that cannot start is an error of its own, not a refusal by the person', async () => {
    const shell = createChromiumShell('/bin/false', mkdtempSync(path.join(tmpdir(), 'onelock-shell-')));
    const server = await startWindowServer(new Map());
    const prompt = new WindowPrompt({ server, shell, language: 'auto', timeoutMs: 10_000 });
    const caller = { signal: new AbortController().signal, language: 'auto' } as const;
    const asked = prompt.ask({ kind: 'site', origin: site }, caller, () => Promise.reject(new Error('not asked')));
    expect(await failure(asked)).toFailWith('ERR_AGENT_WINDOW_UNAVAILABLE');
    const missing = createChromiumShell('/nonexistent/browser', tmpdir());
    expect(await failure(missing.open('http://127.0.0.1/'))).toFailWith('ERR_AGENT_WINDOW_UNAVAILABLE');
    await server.close();
  });
});

/** Waits until a browser below the agent has a renderer, and gives every process of it. */
async function untilLoaded(agent: number): Promise<readonly number[]> {
  for (;;) {
    const pids = descendants(agent).filter(alive);
    const isRenderer = (pid: number): boolean => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer');
      } catch {
        return false;
      }
    };
    if (pids.some(isRenderer)) return pids;
    await delay(100);
  }
}
