import { utf8Encode } from '@onelock/core/bytes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startAgentProcess } from './support/agent-process.ts';
import { type Bidder, startBidder } from './support/bidder.ts';
import { failure } from './support/failure.ts';
import { connectPage } from './support/page-connection.ts';
import { childrenOf } from './support/processes.ts';
import { pin } from './support/tokens.ts';

const chromium = requireReal('Chromium', chromiumExecutable());
const data = utf8Encode('bid');

chromium('a key session', (executable) => {
  let browser: LaunchedChromium;
  let bidder: Bidder;

  beforeAll(async () => {
    browser = await launchChromium(executable);
    bidder = await startBidder(browser, { start: startAgentProcess });
  });

  afterAll(async () => {
    await bidder.leave();
    await browser.close();
  });

  async function open(purposes: readonly ('authenticate' | 'sign')[], durationSeconds = 60): Promise<string> {
    const key = await bidder.key('SM2');
    const opening = bidder.page.call('openKeySession', { key, purposes: [...purposes], durationSeconds });
    await bidder.person.typePin(pin);
    expect((await opening).purposes).toEqual(purposes);
    expect(await bidder.page.nextEvent('keySessionChanged')).toMatchObject({ key, state: 'opened', purposes });
    return key;
  }

  it('lets the person sign with a click for the named purposes, and asks for the PIN for others', async () => {
    const { page, person } = bidder;
    const key = await open(['sign']);
    expect((await page.call('getPinStatus', { key })).session).toMatchObject({ state: 'open', purposes: ['sign'] });
    const clicked = page.call('signData', { key, data });
    const window = await person.open();
    expect(await window.getByLabel('PIN 码').count()).toBe(0);
    await window.getByText('密钥会话已打开，本次无需输入 PIN').waitFor();
    await window.getByRole('button', { name: '确认签名' }).click();
    expect((await clicked).algorithm).toBe('SM2-SM3');
    const login = page.call('authenticate', { key, challenge: new Uint8Array(32) });
    await person.typePin(pin);
    expect((await login).algorithm).toBe('SM2-SM3');
    expect(await page.call('closeKeySession', { key })).toEqual({ outcome: 'closed' });
    expect(await page.nextEvent('keySessionChanged')).toMatchObject({ state: 'closed', cause: 'call' });
    expect(await page.call('closeKeySession', { key })).toEqual({ outcome: 'none-open' });
  });

  it('takes no other answer than yes for a click', async () => {
    const { page, person } = bidder;
    const key = await open(['sign']);
    for (const answer of [{ kind: 'deny' }, { kind: 'pick', index: 0 }]) {
      const signing = failure(page.call('signData', { key, data }));
      const window = await person.open();
      const status = await window.evaluate(
        async (body) => {
          const headers = { 'content-type': 'application/json', 'x-onelock-window': '1' };
          return (await fetch('answer', { method: 'POST', headers, body })).status;
        },
        JSON.stringify({ kind: 'answer', turn: 1, answer }),
      );
      expect(status).toBe(204);
      expect(await signing).toFailWith('ERR_USER_CANCELLED');
      await window.close();
    }
    await page.call('closeKeySession', { key });
    await page.nextEvent('keySessionChanged');
  });

  it('does not outlive a call that was taken back while the token checked the PIN', async () => {
    const { agent, page, person } = bidder;
    const key = await bidder.key('SM2');
    const opening = failure(page.call('openKeySession', { key, purposes: ['sign'] }, 'taken-back'));
    const window = await person.open();
    const hosts = childrenOf(agent.child.pid ?? 0);
    await window.getByLabel('PIN 码').fill(pin);
    for (const pid of hosts) process.kill(pid, 'SIGSTOP');
    await window.keyboard.press('Enter');
    await window.getByText('正在与密钥通信').waitFor();
    page.notify('cancel', { callId: 'taken-back' });
    expect(await opening).toFailWith('ERR_USER_CANCELLED');
    for (const pid of hosts) process.kill(pid, 'SIGCONT');
    await page.nextEvent('keySessionChanged');
    expect(await page.nextEvent('keySessionChanged')).toMatchObject({ key, state: 'closed' });
    expect((await page.call('getPinStatus', { key })).session).toEqual({ state: 'closed' });
    await window.close();
  });

  it('belongs to the page that opened it: another page of the same site is asked for the PIN', async () => {
    const { page, person } = bidder;
    const key = await open(['sign']);
    const other = await connectPage(bidder.agent.port);
    expect((await other.call('getPinStatus', { key })).session).toEqual({ state: 'closed' });
    const signing = other.call('signData', { key, data });
    await person.typePin(pin);
    await signing;
    await other.close();
    await page.call('closeKeySession', { key });
    await page.nextEvent('keySessionChanged');
  });

  it('ends when its time is up', async () => {
    const { page } = bidder;
    const key = await open(['sign'], 30);
    const { expiresAt } = (await page.call('getPinStatus', { key })).session as { expiresAt: string };
    const left = Date.parse(expiresAt) - Date.now();
    expect(left).toBeGreaterThan(20_000);
    expect(left).toBeLessThan(31_000);
    expect(await page.nextEvent('keySessionChanged', 90_000)).toMatchObject({ state: 'closed', cause: 'expired' });
    expect((await page.call('getPinStatus', { key })).session).toEqual({ state: 'closed' });
  });

  it('ends with the unplug, before the page hears of the removal', async () => {
    const { page, tokens } = bidder;
    const key = await open(['sign']);
    tokens.remove();
    expect(await page.nextEvent('keySessionChanged')).toMatchObject({ state: 'closed', cause: 'device-removed' });
    await page.nextEvent('deviceRemoved');
    expect(await failure(page.call('signData', { key, data }))).toFailWith('ERR_TOKEN_HANDLE_STALE');
    tokens.insert();
    await page.nextEvent('deviceInserted');
  });

  it('ends when the page goes: the next page of the site finds none', async () => {
    const { agent, person } = bidder;
    const first = await connectPage(agent.port);
    const { identities } = await first.call('listCertificates', {});
    const key = identities[0]?.key ?? '';
    const opening = first.call('openKeySession', { key, purposes: ['sign'] });
    await person.typePin(pin);
    await opening;
    await first.close();
    const second = await connectPage(agent.port);
    expect((await second.call('getPinStatus', { key })).session).toEqual({ state: 'closed' });
    await second.close();
  });
});
