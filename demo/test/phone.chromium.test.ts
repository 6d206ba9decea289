import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as client from 'openid-client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PhoneWorld, TestPhone } from '../../bridge-service/test/support/phone.ts';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { companies } from '../src/province/companies.ts';
import { ensurePages } from '../src/stack/ensure-pages.ts';
import { freePort } from '../src/stack/free-port.ts';
import { cameraFlags, holdBeforeCamera } from './support/camera-file.ts';

const screenshots = process.env.ONELOCK_SCREENSHOTS ?? path.join(tmpdir(), 'onelock-screenshots');
const pin = '274193';

requireReal('Chromium', chromiumExecutable())('a phone beside a screen, in two browsers', (executable) => {
  let platform: Server;
  let site: string;
  let world: PhoneWorld;
  let folder: string;
  let camera: string;
  let computer: LaunchedChromium;
  let pocket: LaunchedChromium;
  let screen: Page;
  let phone: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    await ensurePages(() => undefined);
    // Its clock stands still: a frame that is slow on its way through a busy machine is not late.
    platform = createServer((_request, response) => response.end('platform'));
    await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
    site = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
    // Whose agent else may be on this machine is nothing to this test.
    const nobody = await freePort();
    world = await PhoneWorld.start(`${site}/back`, { loginAgentPorts: [nobody] });
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-camera-'));
    chmodSync(folder, 0o755);
    camera = path.join(folder, 'camera.y4m');
    computer = await launchChromium(executable);
    pocket = await launchChromium(executable, { viewport: { width: 390, height: 844 }, args: cameraFlags(camera) });
    screen = await computer.context.newPage();
    phone = await pocket.context.newPage();
    for (const page of [screen, phone]) {
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // Nobody's agent is here to answer the other way's questions; a refusal of the service is one.
        const text = message.text();
        if (message.type() === 'error' && !/\/v1['. ]|status of 4\d\d/.test(text)) complaints.push(text);
      });
    }
    mkdirSync(screenshots, { recursive: true });
  });
  afterAll(async () => {
    await computer?.close();
    await pocket?.close();
    await world?.close();
    platform?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const on = (page: Page, name: string) => page.locator(`[data-test=${name}]`);
  const look = (page: Page, name: string) =>
    page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });

  async function comeToLogin() {
    const begun = await world.begin();
    await screen.goto(begun.url.href);
    await on(screen, 'way-phone').click();
    await on(screen, 'phone-code').waitFor();
    return begun;
  }

  it('gets a certificate on the phone: a key and a request made there, a PIN that everybody tries first refused', async () => {
    await phone.goto(`${world.url}/phone`);
    await on(phone, 'apply').waitFor();
    await look(phone, 'phone-zh-1-none');
    await on(phone, 'apply').click();
    await on(phone, 'product').waitFor();
    await phone.locator('#name').fill(companies.builder.name);
    await phone.locator('#creditCode').fill(companies.builder.code);
    await phone.locator('#locality').fill(companies.builder.locality);
    await phone.locator('#person').fill('李四');
    await phone.locator('#pin').fill('123456');
    await phone.locator('#again').fill('123456');
    await on(phone, 'submit').click();
    expect(await phone.locator('#pin-error').textContent()).toContain('容易');
    await look(phone, 'phone-zh-2-apply');
    await phone.locator('#pin').fill(pin);
    await phone.locator('#again').fill(pin);
    await on(phone, 'submit').click();
    await phone.locator('[data-test=application][data-state=submitted]').waitFor();
    await look(phone, 'phone-zh-3-waiting');
    await world.ca.settle();
    await phone.locator('[data-test=application][data-state=installed]').waitFor();
    await look(phone, 'phone-zh-4-ready');
    await on(phone, 'home').click();
    expect(await on(phone, 'certificate').textContent()).toContain(companies.builder.code);
    await look(phone, 'phone-zh-5-home');
  });

  it('logs in with the camera: the code on the screen, the PIN on the phone, the platform gets the company', async () => {
    const { checks } = await comeToLogin();
    await look(screen, 'phone-zh-screen-1-shown');
    const code = await on(screen, 'check-code').textContent();
    const box = await on(screen, 'qr').boundingBox();
    expect(box?.width).toBeGreaterThanOrEqual(240);
    await holdBeforeCamera(phone, camera, await on(screen, 'qr').screenshot());
    await on(phone, 'scan').click();
    await on(phone, 'platform').waitFor();
    expect(await on(phone, 'platform').textContent()).toBe('示范平台 <b>');
    expect(await on(phone, 'site').textContent()).toBe(site);
    expect(await on(phone, 'check-code').textContent()).toBe(code);
    expect(await on(phone, 'asked').textContent()).toBe('Linux · Chrome · 127.0.0.*');
    await look(phone, 'phone-zh-6-review');
    await screen.locator('.phone[data-stage=claimed]').waitFor();
    await look(screen, 'phone-zh-screen-2-claimed');

    await phone.locator('#pin').fill('999999');
    await on(phone, 'approve').click();
    expect(await on(phone, 'failure').textContent()).toContain('4');
    await phone.locator('#pin').fill(pin);
    await on(phone, 'approve').click();
    await phone.locator('[data-test=end][data-kind=good]').waitFor();
    await look(phone, 'phone-zh-7-done');
    await screen.waitForURL(`${site}/back**`);
    const tokens = await client.authorizationCodeGrant(world.config, new URL(screen.url()), checks);
    expect(tokens.claims()?.acr).toBe('urn:onelock:acr:phone');
    const told = await client.fetchUserInfo(world.config, tokens.access_token, tokens.claims()?.sub ?? '');
    expect(told).toMatchObject({
      organization: companies.builder.name,
      unified_social_credit_code: companies.builder.code,
    });
  });

  it('logs in by the typed code, in English and by keyboard alone on both sides', async () => {
    await screen.context().clearCookies();
    await screen.goto((await world.begin()).url.href);
    // The way that was used last comes first.
    await on(screen, 'phone-code').waitFor();
    await on(screen, 'language').focus();
    await screen.keyboard.press('Enter');
    await screen.locator('html[lang=en]').waitFor();
    await on(screen, 'way-phone').focus();
    await screen.keyboard.press('ArrowLeft');
    await expect.poll(() => on(screen, 'way-key').getAttribute('aria-selected')).toBe('true');
    await on(screen, 'failure').waitFor();
    await look(screen, 'phone-en-screen-0-key');
    await screen.keyboard.press('ArrowRight');
    await on(screen, 'phone-code').waitFor();
    await look(screen, 'phone-en-screen-1-shown');
    const typed = (await on(screen, 'phone-code').textContent()) ?? '';

    await on(phone, 'home').focus();
    await phone.keyboard.press('Enter');
    await on(phone, 'scan').waitFor();
    await on(phone, 'language').focus();
    await phone.keyboard.press('Enter');
    await look(phone, 'phone-en-1-home');
    await on(phone, 'type').focus();
    await phone.keyboard.press('Enter');
    await expect.poll(() => phone.evaluate(() => document.activeElement?.id)).toBe('code');
    await phone.keyboard.type(typed.toLowerCase());
    await look(phone, 'phone-en-2-code');
    await phone.keyboard.press('Enter');
    await on(phone, 'platform').waitFor();
    await expect.poll(() => phone.evaluate(() => document.activeElement?.tagName)).toBe('H2');
    // A code that was typed might have been told by anybody: the screen's check code is asked for.
    await on(phone, 'was-sent').waitFor();
    await phone.keyboard.press('Tab');
    await phone.keyboard.type((await on(screen, 'check-code').textContent()) ?? '');
    await phone.keyboard.press('Tab');
    await phone.keyboard.type(pin);
    await look(phone, 'phone-en-3-review');
    const tree = await phone.locator('body').ariaSnapshot();
    expect(tree).toMatch(/textbox "PIN"/);
    expect(tree).toMatch(/button "Not me: decline"/);
    await phone.keyboard.press('Enter');
    await screen.waitForURL(`${site}/back**`);
  });

  it('tells both sides when the person at the phone says no, and nobody gets in', async () => {
    await screen.context().clearCookies();
    await comeToLogin();
    const typed = (await on(screen, 'phone-code').textContent()) ?? '';
    // As the login page's link does it on the phone itself.
    await phone.goto(`${world.url}${await screen.locator('a.here').getAttribute('href')}`);
    await on(phone, 'not-me').click();
    await phone.locator('[data-test=end][data-kind=calm]').waitFor();
    await look(phone, 'phone-zh-8-declined');
    await screen.locator('.phone[data-stage=denied]').waitFor();
    await look(screen, 'phone-zh-screen-3-denied');
    await on(screen, 'phone-again').click();
    await on(screen, 'phone-code').waitFor();
    expect(await on(screen, 'phone-code').textContent()).not.toBe(typed);
  });

  it('warns both when another phone scans too, and says on the phone when five wrong PINs have locked it', async () => {
    await comeToLogin();
    await on(phone, 'home').click();
    await on(phone, 'type').click();
    const code = (await on(screen, 'phone-code').textContent()) ?? '';
    await phone.locator('#code').fill(code);
    await on(phone, 'send-code').click();
    await on(phone, 'platform').waitFor();
    const stranger = await TestPhone.enrolled(world, companies.supplier);
    expect((await stranger.type(code)).body.error.code).toBe('ERR_PHONE_ORDER_TAKEN');
    await on(screen, 'contested').waitFor();
    await look(screen, 'phone-zh-screen-4-contested');
    await on(phone, 'contested').waitFor();
    await look(phone, 'phone-zh-9-contested');
    await phone.locator('#check').fill((await on(screen, 'check-code').textContent()) ?? '');
    for (const left of [4, 3, 2, 1, 0]) {
      await phone.locator('#pin').fill('999998');
      await on(phone, 'approve').click();
      if (left === 0) await phone.locator('[data-test=end][data-kind=locked]').waitFor();
      else {
        await on(phone, 'failure')
          .filter({ hasText: new RegExp(`\\b${left}\\b`) })
          .waitFor();
        await phone.locator('#pin:not([disabled])').waitFor();
      }
    }
    await look(phone, 'phone-zh-10-locked');
    await screen.locator('.phone[data-stage=denied]').waitFor();
    await phone.reload();
    await on(phone, 'locked').waitFor();
    expect(await on(phone, 'scan').count()).toBe(0);
    await look(phone, 'phone-zh-11-home-locked');
  });

  it('asks which of two certificates is meant, when the code comes before the choice', async () => {
    await on(phone, 'apply').click();
    await on(phone, 'product').waitFor();
    await phone.locator('#name').fill(companies.supplier.name);
    await phone.locator('#creditCode').fill(companies.supplier.code);
    await phone.locator('#person').fill('王五');
    await phone.locator('#pin').fill(pin);
    await phone.locator('#again').fill(pin);
    await on(phone, 'submit').click();
    await phone.locator('[data-test=application][data-state=submitted]').waitFor();
    await world.ca.settle();
    await phone.locator('[data-test=application][data-state=installed]').waitFor();
    await comeToLogin();
    await phone.goto(`${world.url}${await screen.locator('a.here').getAttribute('href')}`);
    await on(phone, 'with-this').waitFor();
    await on(phone, 'locked').waitFor();
    await look(phone, 'phone-zh-12-which');
    await on(phone, 'with-this').click();
    expect(await on(phone, 'company').textContent()).toBe(companies.supplier.name);
    await on(phone, 'later').click();
    await screen.locator('.phone[data-stage=denied]').waitFor();
  });

  it('fits a small screen, where the phone’s page is one touch away', async () => {
    await screen.setViewportSize({ width: 390, height: 844 });
    await comeToLogin();
    await look(screen, 'phone-zh-screen-5-small');
    expect(await screen.locator('a.here').getAttribute('href')).toMatch(/^\/phone#[0-9A-Z]{8}$/);
    expect(await screen.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  it('keeps no PIN and no key that opens without it', async () => {
    const kept = await phone.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open('onelock-phone');
        opening.onsuccess = () => resolve(opening.result);
      });
      return new Promise<string>((resolve) => {
        const all = database.transaction('keys').objectStore('keys').getAll();
        all.onsuccess = () =>
          resolve(
            JSON.stringify(all.result, (_name, value) => (value instanceof Uint8Array ? Array.from(value) : value)),
          );
      });
    });
    const [one] = JSON.parse(kept) as { readonly wrapped: readonly number[] }[];
    expect(kept).not.toContain(pin);
    // PKCS#8 begins with a SEQUENCE; AES-GCM adds nonce and tag to it, and nothing of it shows.
    expect(one?.wrapped.length).toBeGreaterThan(100);
    const hex = Buffer.from(one?.wrapped ?? []).toString('hex');
    expect(hex).not.toContain('2a811ccf5501822d');
  });

  it('did all this without one complaint of a browser', () => {
    expect(complaints).toEqual([]);
  });
});
