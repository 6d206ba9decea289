import { utf8Encode } from '@onelock/core/bytes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startAgentOfTest } from './support/agent-of-test.ts';
import { rememberAllowed } from './support/allowed-sites.ts';
import { startBidder } from './support/bidder.ts';
import { failure } from './support/failure.ts';
import { connectPage, site } from './support/page-connection.ts';
import { childrenOf } from './support/processes.ts';
import { makeSoftToken, pin } from './support/tokens.ts';
import { finalText, submitPin } from './support/windows.ts';

const chromium = requireReal('Chromium', chromiumExecutable());
const data = utf8Encode('bid');

it('a key that comes and goes is announced within a second, and its old handles are dead for ever', async () => {
  const tokens = await makeSoftToken();
  const agent = await startAgentOfTest({ drivers: [tokens.driver] });
  rememberAllowed(agent.stateDir, site);
  // On a slow computer the key comes when pages are there already: once it is listed, that is over.
  const early = await connectPage(agent.port);
  const { identities } = await early.call('listCertificates', {});
  await early.close();
  const page = await connectPage(agent.port);
  const stranger = await connectPage(agent.port, { origin: 'https://stranger.example' });
  const [before] = identities;
  expect(before?.validity).toBe('valid');

  tokens.remove();
  expect(await page.nextEvent('deviceRemoved')).toMatchObject({ device: before?.device, label: '示例 UKey' });
  expect((await page.call('listDevices', {})).devices).toEqual([]);
  tokens.insert();
  const inserted = await page.nextEvent('deviceInserted');
  expect(inserted.device.device).not.toBe(before?.device);

  for (const attempt of [
    page.call('signData', { key: before?.key ?? '', data }),
    page.call('getCertificate', { key: before?.key ?? '', usage: 'sign' }),
    page.call('getDeviceInfo', { device: before?.device ?? '' }),
    page.call('generateRandom', { length: 8, device: before?.device ?? '' }),
  ].map(failure))
    await expect(attempt).resolves.toFailWith('ERR_TOKEN_HANDLE_STALE');
  const again = await page.call('listCertificates', { devices: [inserted.device.device] });
  expect(again.identities.map(({ key }) => key)).not.toContain(before?.key);
  expect(again.identities[0]?.signing?.fingerprint).toBe(before?.signing?.fingerprint);
  expect((await page.call('getDeviceInfo', { device: inserted.device.device })).generation).toBe(
    inserted.device.generation,
  );

  expect(stranger.events).toEqual([]);
  await page.close();
  await stranger.close();
  expect(await agent.stop()).toBe(0);
  tokens.cleanUp();
});

it('without any key each call says so', async () => {
  const agent = await startAgentOfTest();
  rememberAllowed(agent.stateDir, site);
  const page = await connectPage(agent.port);
  expect(await page.call('listDevices', {})).toEqual({ devices: [], incomplete: [] });
  expect(await failure(page.call('selectCertificate', { purpose: 'sign' }))).toFailWith('ERR_TOKEN_NOT_FOUND');
  const { overall, checks } = await page.call('checkEnvironment', { checks: ['drivers', 'devices'] });
  expect([overall, ...checks.map(({ cause }) => cause?.code)]).toEqual([
    'blocked',
    'ERR_DRIVER_NOT_INSTALLED',
    'ERR_TOKEN_NOT_FOUND',
  ]);
  await page.close();
  expect(await agent.stop()).toBe(0);
});

it('a driver that cannot be loaded is named, and disturbs no other', async () => {
  const tokens = await makeSoftToken();
  const broken = { id: 'broken', family: 'pkcs11', library: '/nonexistent/libvendor.so' };
  const agent = await startAgentOfTest({ drivers: [broken, tokens.driver] });
  rememberAllowed(agent.stateDir, site);
  const page = await connectPage(agent.port);
  const states = async (): Promise<unknown> =>
    (await page.call('listDrivers', {})).drivers.map(({ driver, state }) => [driver, state]);
  // A slow computer may still be starting them.
  await expect.poll(states, { timeout: 60_000 }).toEqual([
    ['broken', 'not-installed'],
    ['soft', 'running'],
  ]);
  const { devices, incomplete } = await page.call('listDevices', {});
  expect(devices.length).toBe(1);
  expect(incomplete.map(({ cause }) => cause?.code)).toEqual(['ERR_DRIVER_NOT_INSTALLED']);
  await page.close();
  expect(await agent.stop()).toBe(0);
  tokens.cleanUp();
});

chromium('a key that is pulled out in the middle of a call', (executable) => {
  let browser: LaunchedChromium;
  beforeAll(async () => {
    browser = await launchChromium(executable);
  });
  afterAll(() => browser.close());

  it('closes the waiting window with the reason, and the page gets the same', async () => {
    const { page, person, key, tokens, leave } = await startBidder(browser);
    const signing = failure(page.call('signData', { key: await key('SM2'), data }));
    const window = await person.open();
    tokens.remove();
    expect(await finalText(window)).toContain('介质已拔出，请重新插入后再试');
    expect(await signing).toFailWith('ERR_TOKEN_REMOVED');
    await leave();
  });

  it('ends a signature that is under way, and the next call on the key put back works', async () => {
    const bidder = await startBidder(browser, { token: { signDelayMs: 1_500 } });
    const { page, person, key, tokens, leave } = bidder;
    const signing = failure(page.call('signData', { key: await key('RSA'), data }));
    const window = await person.open();
    await submitPin(window, pin);
    await window.getByText('正在与密钥通信').waitFor();
    await new Promise((resolve) => setTimeout(resolve, 400));
    tokens.remove();
    expect(await signing).toFailWith('ERR_TOKEN_REMOVED');
    await page.nextEvent('deviceRemoved');
    tokens.insert();
    await page.nextEvent('deviceInserted');
    const again = page.call('signData', { key: await key('RSA'), data });
    await person.typePin(pin);
    expect((await again).algorithm).toBe('RSA-SHA256');
    await leave();
  });
});

chromium('a driver whose process dies', (executable) => {
  let browser: LaunchedChromium;
  beforeAll(async () => {
    browser = await launchChromium(executable);
  });
  afterAll(() => browser.close());

  it('in the middle of a signature costs that call only: coded, announced, and the next call works', async () => {
    const bidder = await startBidder(browser, { token: { signDelayMs: 1_500 } });
    const { page, person, key, agent, leave } = bidder;
    const handle = await key('SM2');
    const signing = failure(page.call('signData', { key: handle, data }));
    const window = await person.open();
    await submitPin(window, pin);
    await new Promise((resolve) => setTimeout(resolve, 700));
    for (const pid of childrenOf(agent.child.pid ?? 0)) process.kill(pid, 'SIGKILL');
    expect(await signing).toFailWith('ERR_DRIVER_CRASHED');
    expect(await finalText(window)).toContain('异常退出，已自动重启');
    expect(await page.nextEvent('agentStatusChanged')).toMatchObject({ change: 'driver-crashed', driver: 'soft' });
    expect(await page.nextEvent('agentStatusChanged')).toMatchObject({ change: 'driver-restarted', driver: 'soft' });
    const again = page.call('signData', { key: handle, data });
    await person.typePin(pin);
    expect((await again).algorithm).toBe('SM2-SM3');
    expect((await page.call('listDrivers', {})).drivers[0]).toMatchObject({ state: 'running', restarts: 1 });
    await leave();
  });

  it('closes key sessions that it held', async () => {
    const { page, person, key, agent, leave } = await startBidder(browser);
    const handle = await key('SM2');
    const opening = page.call('openKeySession', { key: handle, purposes: ['sign'] });
    await person.typePin(pin);
    await opening;
    for (const pid of childrenOf(agent.child.pid ?? 0)) process.kill(pid, 'SIGKILL');
    await page.nextEvent('keySessionChanged');
    expect(await page.nextEvent('keySessionChanged')).toMatchObject({ state: 'closed', cause: 'driver-stopped' });
    await leave();
  });
});
