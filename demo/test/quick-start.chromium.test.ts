import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { freePort } from '../src/stack/free-port.ts';
import { type Browser, openBrowser } from './support/browser.ts';
import { startTestStack, type TestStack } from './support/demo-stack.ts';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

requireReal('Chromium', chromiumExecutable())('the quick start of the documentation', (executable) => {
  let running: TestStack;
  let browser: Browser;
  let site: ChildProcess;
  let origin: string;

  /** The curl commands of the page. */
  async function post(route: string, body: object, token?: string): Promise<{ readonly token: string }> {
    const response = await fetch(new URL(route, running.stack.service.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}`, 'idempotency-key': 'my-platform-1' }),
      },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    return (await response.json()) as { readonly token: string };
  }

  beforeAll(async () => {
    running = await startTestStack('never');
    const port = await freePort();
    origin = `http://localhost:${port}`;
    // Step 2: an administrator by break-glass, and the platform's own token.
    const database = path.join(running.folder, 'service/service.db');
    const { stdout } = await run(
      'node',
      ['tools/bin/onelock.mjs', 'service', 'break-glass', '--db', database, '--json'],
      {
        cwd: root,
      },
    );
    const { code } = JSON.parse(stdout) as { readonly code: string };
    const administrator = await post('/v1/administrators', { code, name: 'me' });
    const platform = await post(
      '/v1/callers',
      { name: 'My platform', role: 'platform', origins: [origin] },
      administrator.token,
    );
    // Step 3: the example, as it stands in the documentation.
    await run(process.execPath, ['--conditions=onelock-source', 'sdk/build-bundles.ts'], { cwd: root });
    site = spawn('node', ['docs/examples/quick-start/server.mjs'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ONELOCK_TOKEN: platform.token,
        ONELOCK_SERVICE: running.stack.service.url,
        ONELOCK_AGENT_PORTS: String(running.stack.agent.port),
        PORT: String(port),
      },
    });
    await new Promise((resolve) => site.stdout?.once('data', resolve));
    browser = await openBrowser(running.stack, executable);
    await meetAgentAt(browser, running.stack.agent.port);
    await browser.page.goto(origin);
  });
  afterAll(async () => {
    site?.kill();
    await browser?.close();
    await running?.stop();
  });

  /** The example's page knows the agent's own ports; the agent of a test has another one. */
  async function meetAgentAt({ page }: Browser, port: number): Promise<void> {
    await page.addInitScript((to) => {
      const Platform = WebSocket;
      class Moved extends Platform {
        constructor(url: string, protocols: string) {
          super(url.replace(/:1896\d/, `:${to}`), protocols);
        }
      }
      Object.defineProperty(globalThis, 'WebSocket', { value: Moved });
    }, port);
  }

  async function pickFirst(window: Page): Promise<void> {
    await window.locator('input[type=radio]').first().check();
    await window.locator('button.primary').click();
    await window.locator('button.primary').waitFor({ state: 'detached' });
    await window.close();
  }

  const output = async (): Promise<{ readonly indication: string }> => {
    const text = browser.page.locator('#output');
    await expect.poll(async () => text.textContent(), { timeout: 60_000 }).toContain('"indication"');
    return JSON.parse((await text.textContent()) ?? '');
  };

  it.each([
    ['docs/guide/status.md', '## 尚未提供'],
    ['docs/en/guide/status.md', '## Not served yet'],
  ])('serves what %s says, and says all that it serves', async (file, end) => {
    const [served = ''] = readFileSync(path.join(root, file), 'utf8').split(end);
    // A call may be spoken of more than once.
    const links = (kind: string): ReadonlySet<string> =>
      new Set(
        [...served.matchAll(new RegExp(`\\(/(?:en/)?reference/${kind}/(\\w+)\\)`, 'g'))].map((match) => match[1] ?? ''),
      );
    // As text: the test runner rewrites imports, and this one is the page's own.
    const said = await browser.page.evaluate<{ calls: string[]; events: string[] }>(`(async () => {
      const { connect } = await import('/onelock.mjs');
      const onelock = await connect();
      const { calls, events } = await onelock.getAgentInfo();
      onelock.close();
      return { calls, events };
    })()`);
    expect({ calls: [...links('calls')].sort(), events: [...links('events')].sort() }).toEqual({
      calls: [...said.calls].sort(),
      events: [...said.events].sort(),
    });
  });

  it('logs in with a certificate on a page of one’s own', async () => {
    await browser.page.locator('#log-in').click();
    await browser.allowSite();
    await pickFirst(await browser.nextWindow());
    const said = await browser.confirm(running.stack.province.manifest.pin);
    expect(said).toContain(origin);
    expect(await output()).toMatchObject({ indication: 'passed', identity: { organization: expect.any(String) } });
  });

  it('signs a file there, and the service judges it', async () => {
    await browser.page.evaluate(() => {
      const text = document.getElementById('output');
      if (text) text.textContent = '';
    });
    await browser.page.locator('#sign').click();
    await pickFirst(await browser.nextWindow());
    await browser.confirm(running.stack.province.manifest.pin);
    expect(await output()).toMatchObject({
      indication: 'passed',
      kind: 'message',
      signers: [{ indication: 'passed' }],
    });
    expect(browser.complaints).toEqual([]);
  });
});
