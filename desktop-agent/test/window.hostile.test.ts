import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type AgentProcess, startAgentProcess } from './support/agent-process.ts';
import { connectPage, type PageConnection } from './support/page-connection.ts';
import { rawBytes } from './support/raw-bytes.ts';

/** Each test asks for a new site, so that each has a question of its own. */
let siteCount = 0;
let agent: AgentProcess;
let page: PageConnection;
let call: Promise<unknown>;
let address: string;

beforeAll(async () => {
  agent = await startAgentProcess();
});

afterAll(async () => {
  expect(await agent.stop()).toBe(0);
});

beforeEach(async () => {
  page = await connectPage(agent.port, { origin: `https://site-${++siteCount}.example` });
  call = page.raw('listDevices', {}).catch((error: unknown) => error);
  address = await agent.nextWindow();
  return () => page.close();
});

interface Ticketed {
  readonly base: string;
  readonly cookie: string;
}

/** Does what a browser does with the one-time address, and keeps the cookie. */
async function redeem(url: string): Promise<Ticketed> {
  const response = await fetch(url, { redirect: 'manual' });
  expect(response.status).toBe(303);
  const cookie = response.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/; Path=\/w\/[\w-]+\/; HttpOnly; SameSite=Strict$/);
  return { base: new URL(response.headers.get('location') ?? '', url).href, cookie: cookie.split(';')[0] ?? '' };
}

/** Sends an answer as the page would, with some headers changed. */
async function answer(
  { base, cookie }: Ticketed,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly code: string | undefined }> {
  const all = {
    cookie,
    origin: new URL(base).origin,
    'content-type': 'application/json',
    'x-onelock-window': '1',
    'sec-fetch-site': 'same-origin',
    ...headers,
  };
  const given = Object.entries(all).filter(([, value]) => value !== 'absent');
  const response = await fetch(`${base}answer`, {
    method: 'POST',
    headers: Object.fromEntries(given),
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, code: text === '' ? undefined : (JSON.parse(text) as { code: string }).code };
}

const allow = { kind: 'answer', turn: 1, answer: { kind: 'allow' } };

/** Opens the state stream, as the page does first, and waits out the dead time. */
async function watch({ base, cookie }: Ticketed): Promise<AbortController> {
  const leave = new AbortController();
  await fetch(`${base}state`, { headers: { cookie, 'sec-fetch-site': 'same-origin' }, signal: leave.signal });
  await delay(600);
  return leave;
}

async function refuses(probe: Promise<{ status: number; code: string | undefined }>, code: string): Promise<void> {
  expect((await probe).code).toBe(code);
  // Nothing happened: the question still stands.
  expect(await Promise.race([call, delay(50, 'still asking')])).toBe('still asking');
}

describe('the one-time address of a window', () => {
  it('opens once; whoever comes second, or guesses, gets nothing', async () => {
    const first = await redeem(address);
    const second = await fetch(address, { redirect: 'manual' });
    expect(second.status).toBe(403);
    expect(await second.json()).toMatchObject({ code: 'ERR_AGENT_WINDOW_EXPIRED' });
    const guessed = await fetch(address.replace(/\..{8}$/, '.AAAAAAAA'), { redirect: 'manual' });
    expect(guessed.status).toBe(403);
    const without = await fetch(first.base, { redirect: 'manual' });
    expect(without.status).toBe(403);
    const wrong = await fetch(first.base, { headers: { cookie: 'onelock_window=AAAA' } });
    expect(wrong.status).toBe(403);
  });

  it('is void once its question is over', async () => {
    await page.close();
    await call;
    await delay(50);
    const late = await fetch(address, { redirect: 'manual' });
    expect(late.status).toBe(403);
  });

  it('is not followed from a page of another site, nor into a frame', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' },
      { 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'document' },
      { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'iframe' },
    ]) {
      const response = await fetch(address, { redirect: 'manual', headers });
      expect(await response.json()).toMatchObject({ code: 'ERR_AGENT_ORIGIN_DENIED' });
    }
    await redeem(address);
  });

  it('refuses a rebound name before it looks at the ticket', async () => {
    const { port, pathname } = new URL(address);
    const request = `GET ${pathname} HTTP/1.1\r\nHost: evil.example:${port}\r\nConnection: close\r\n\r\n`;
    expect(await rawBytes(Number(port), request)).toContain('ERR_AGENT_HOST_DENIED');
    await redeem(address);
  });
});

describe('an answer to a window', () => {
  it('counts from its own page only, and only once awake', async () => {
    const window = await redeem(address);
    await refuses(answer(window, allow), 'ERR_REQUEST_CONFLICT');
    const leave = await watch(window);
    await refuses(answer(window, allow, { origin: 'https://evil.example' }), 'ERR_AGENT_ORIGIN_DENIED');
    await refuses(answer(window, allow, { origin: 'null' }), 'ERR_AGENT_ORIGIN_DENIED');
    await refuses(answer(window, allow, { origin: 'http://127.0.0.1:1' }), 'ERR_AGENT_ORIGIN_DENIED');
    await refuses(answer(window, allow, { origin: 'absent' }), 'ERR_AGENT_ORIGIN_MISSING');
    await refuses(answer(window, allow, { 'x-onelock-window': 'absent' }), 'ERR_AGENT_ORIGIN_DENIED');
    await refuses(answer(window, allow, { 'sec-fetch-site': 'cross-site' }), 'ERR_AGENT_ORIGIN_DENIED');
    await refuses(answer(window, allow, { 'sec-fetch-site': 'same-site' }), 'ERR_AGENT_ORIGIN_DENIED');
    await refuses(answer(window, allow, { cookie: 'absent' }), 'ERR_AGENT_WINDOW_EXPIRED');
    await refuses(answer(window, allow, { 'content-type': 'text/plain' }), 'ERR_REQUEST_MEDIA_TYPE');
    await refuses(answer(window, { ...allow, turn: 7 }), 'ERR_REQUEST_CONFLICT');
    await refuses(answer(window, { ...allow, origin: 'https://evil.example' }), 'ERR_REQUEST_INVALID');
    await refuses(answer(window, '{'), 'ERR_REQUEST_INVALID');
    await refuses(answer(window, JSON.stringify({ kind: 'x'.repeat(5000) })), 'ERR_REQUEST_TOO_LARGE');
    expect((await answer(window, allow)).status).toBe(204);
    expect(await call).toEqual({ devices: [], incomplete: [] });
    expect((await answer(window, allow)).code).toBe('ERR_REQUEST_CONFLICT');
    leave.abort();
  });

  it('of one window is no answer to another', async () => {
    const first = await redeem(address);
    const other = await connectPage(agent.port, { origin: `https://site-${++siteCount}.example` });
    const otherCall = other.raw('listDevices', {}).catch((error: unknown) => error);
    await page.close();
    const second = await redeem(await agent.nextWindow());
    const leave = await watch(second);
    const crossed = await answer({ base: second.base, cookie: first.cookie }, allow);
    expect(crossed.code).toBe('ERR_AGENT_WINDOW_EXPIRED');
    expect(await Promise.race([otherCall, delay(50, 'still asking')])).toBe('still asking');
    leave.abort();
    await other.close();
  });
});

const chromium = requireReal('Chromium', chromiumExecutable());

chromium('a window open in a browser where a hostile page is open too', (executable) => {
  let browser: LaunchedChromium;
  let hostile: Server;
  let hostilePort: number;
  let frames: string[];

  beforeAll(async () => {
    browser = await launchChromium(executable);
    hostile = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>hostile</title><body></body>');
    });
    await new Promise<void>((resolve) => hostile.listen(0, () => resolve()));
    hostilePort = (hostile.address() as AddressInfo).port;
  });

  afterAll(async () => {
    await browser.close();
    hostile.close();
  });

  beforeEach(() => {
    frames = [];
  });

  async function openBoth(host: string): Promise<{ readonly window: Page; readonly evil: Page }> {
    const window = await browser.context.newPage();
    const response = await window.goto(address);
    expect(response?.headers()).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
    expect(response?.headers()['content-security-policy']).toContain("frame-ancestors 'none'");
    await window.locator('button.primary[aria-disabled="false"]').waitFor();
    const evil = await browser.context.newPage();
    await evil.goto(`http://${host}:${hostilePort}/`);
    return { window, evil };
  }

  // 127.0.0.1 on another port is the same site to a browser (cookies ignore ports); localhost is another.
  it.each(['127.0.0.1', 'localhost'])('takes nothing from a page of http://%s', async (host) => {
    const { window, evil } = await openBoth(host);
    const base = window.url();
    const tries = await evil.evaluate(async (target) => {
      const body = JSON.stringify({ kind: 'answer', turn: 1, answer: { kind: 'allow' } });
      const json = { 'content-type': 'application/json', 'x-onelock-window': '1' };
      const attempt = async (options: RequestInit): Promise<string> => {
        try {
          const response = await fetch(`${target}answer`, { method: 'POST', body, credentials: 'include', ...options });
          return `${response.type} ${response.status}`;
        } catch (error) {
          return String(error);
        }
      };
      const form = document.createElement('form');
      form.method = 'post';
      form.action = `${target}answer`;
      form.enctype = 'text/plain';
      form.target = 'sink';
      const field = document.createElement('input');
      field.name = body;
      form.append(field);
      const sink = document.createElement('iframe');
      sink.name = 'sink';
      document.body.append(sink, form);
      form.submit();
      return [
        await attempt({ headers: json }),
        await attempt({ mode: 'no-cors' }),
        await attempt({ mode: 'no-cors', headers: { 'content-type': 'text/plain' } }),
        String(navigator.sendBeacon(`${target}answer`, body)),
      ];
    }, base);
    expect(tries.slice(0, 1).join()).toContain('Failed to fetch');
    await delay(300);
    expect(await Promise.race([call, delay(50, 'still asking')])).toBe('still asking');
    expect(await window.locator('h1').textContent()).toContain('允许此网站使用本机密钥吗？');
    await Promise.all([window.close(), evil.close()]);
  });

  it('is not shown inside a frame, and its program is not lent to others', async () => {
    const { window, evil } = await openBoth('127.0.0.1');
    evil.on('framenavigated', (frame) => {
      if (frame.parentFrame()) frames.push(frame.url());
    });
    const asset = await window.evaluate(() => document.querySelector('script')?.src ?? '');
    const lent = await evil.evaluate(
      async ({ target, script }) => {
        const frame = document.createElement('iframe');
        frame.src = target;
        document.body.append(frame);
        const element = document.createElement('script');
        element.src = script;
        const loaded = new Promise<string>((resolve) => {
          element.onload = () => resolve('loaded');
          element.onerror = () => resolve('refused');
        });
        document.body.append(element);
        const outcome = await loaded;
        await new Promise((resolve) => setTimeout(resolve, 500));
        return { outcome, inside: frame.contentDocument?.body?.textContent ?? 'unreadable' };
      },
      { target: window.url(), script: asset },
    );
    expect(lent.outcome).toBe('refused');
    expect(lent.inside).not.toContain('允许');
    const [frame] = evil.frames().filter((candidate) => candidate.parentFrame() !== null);
    const text = await frame
      ?.locator('body')
      .textContent({ timeout: 1_000 })
      .catch(() => '');
    expect(text).not.toContain('允许此网站');
    await Promise.all([window.close(), evil.close()]);
  });

  it('cannot be reached by a page that opens its address', async () => {
    const evil = await browser.context.newPage();
    await evil.goto(`http://127.0.0.1:${hostilePort}/`);
    const opened = evil.waitForEvent('popup');
    await evil.evaluate((target) => void window.open(target), address);
    const popup = await opened;
    await popup.waitForLoadState();
    expect(await popup.locator('body').textContent()).toContain('ERR_AGENT_ORIGIN_DENIED');
    // The ticket was not used up by that: the person can still open it.
    const own = await browser.context.newPage();
    await own.goto(address);
    await own.getByRole('button', { name: '允许此网站' }).waitFor();
    await Promise.all([evil.close(), popup.close(), own.close()]);
  });

  it('gives weight to what somebody registered, not to the names before it, and no seal to any site', async () => {
    await page.close();
    const liar = await connectPage(agent.port, { origin: 'https://ggzy.guizhou.gov.cn.login.evil-example.com' });
    void liar.raw('listDevices', {}).catch(() => undefined);
    const window = await browser.context.newPage();
    await window.goto(await agent.nextWindow());
    await window.locator('.site-origin').waitFor();
    expect(await window.locator('.site-origin').textContent()).toBe(
      'https://ggzy.guizhou.gov.cn.login.evil-example.com',
    );
    expect(await window.locator('.site-origin strong').allTextContents()).toEqual(['evil-example.com']);
    const weight = (selector: string): Promise<number> =>
      window.locator(selector).evaluate((element) => Number(getComputedStyle(element).fontWeight));
    expect(await weight('.site-origin strong')).toBeGreaterThan(await weight('.site-scheme'));
    expect(await window.locator('.site').textContent()).not.toContain('核验');
    await Promise.all([liar.close(), window.close()]);
  });

  it('shows a person who opens a used address that it is void, in plain words', async () => {
    await redeem(address);
    const late = await browser.context.newPage();
    await late.goto(address);
    expect(await late.locator('h1').textContent()).toContain('此窗口已失效');
    await late.close();
  });
});
