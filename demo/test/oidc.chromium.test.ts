import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { createServiceClient } from '../src/service-client.ts';
import { type Browser, openBrowser } from './support/browser.ts';
import { startTestStack, type TestStack } from './support/demo-stack.ts';

requireReal('Chromium', chromiumExecutable())(
  'a platform that speaks OpenID Connect and has no code of ours',
  (executable) => {
    let running: TestStack;
    let browser: Browser;
    let site: Server;
    let origin: string;
    let config: client.Configuration;
    let returned: URL | null = null;

    beforeAll(async () => {
      running = await startTestStack('never');
      site = createServer((request, response) => {
        if (request.url?.startsWith('/back')) returned = new URL(request.url, origin);
        response
          .setHeader('content-type', 'text/html; charset=utf-8')
          .end(`<title>site</title><h1>${request.url?.split('?')[0]}</h1>`);
      });
      await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
      origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
      const service = createServiceClient(running.stack.service.url, running.stack.callers.administratorToken);
      const platform = await service.post<{ id: string }>('/v1/callers', {
        ...{ name: '另一家交易平台', role: 'platform', origins: [origin] },
      });
      const registered = await service.post<{ id: string; secret: string }>('/v1/oidc-clients', {
        ...{ platformId: platform.id, name: '另一家交易平台', kind: 'confidential' },
        ...{ redirectUris: [`${origin}/back`], postLogoutRedirectUris: [`${origin}/bye`] },
      });
      config = await client.discovery(
        new URL(`${running.stack.service.url}/oidc`),
        registered.id,
        undefined,
        client.ClientSecretBasic(registered.secret),
        { execute: [client.allowInsecureRequests] },
      );
      browser = await openBrowser(running.stack, executable);
    });
    afterAll(async () => {
      await browser?.close();
      site?.close();
      await running?.stop();
    });

    const at = (name: string) => browser.page.locator(`[data-test=${name}]`);

    async function begin() {
      const checks = {
        pkceCodeVerifier: client.randomPKCECodeVerifier(),
        expectedState: client.randomState(),
        expectedNonce: client.randomNonce(),
      };
      const url = client.buildAuthorizationUrl(config, {
        ...{ redirect_uri: `${origin}/back`, scope: 'openid profile company certificate' },
        code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
        ...{ code_challenge_method: 'S256', state: checks.expectedState, nonce: checks.expectedNonce },
      });
      return { url, checks };
    }

    let idToken = '';

    it('logs a company in with its key, by keyboard alone, through a client library that is not ours', async () => {
      const { page } = browser;
      const { url, checks } = await begin();
      await page.goto(url.href);
      await browser.allowSite();
      await at('certificate').first().waitFor();
      await browser.screenshot('oidc-zh');
      expect(await page.locator('main').textContent()).toContain('另一家交易平台');

      // The page has put the focus on the first certificate that can be used.
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('key');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      const company = await page.locator('[data-test=certificate]:has(:checked)').getAttribute('data-company');
      await page.keyboard.press('Enter');
      await page.locator('[data-test=status]', { hasText: 'PIN' }).waitFor();
      await browser.screenshot('oidc-zh-window');
      const said = await browser.confirm(running.stack.province.manifest.pin, 'oidc-agent-window');
      expect(said).toContain(new URL(running.stack.service.url).host);

      await page.waitForURL(`${origin}/back**`);
      if (returned === null) throw new Error('the browser did not come back');
      const tokens = await client.authorizationCodeGrant(config, returned, checks);
      idToken = tokens.id_token ?? '';
      const told = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
      expect(told.organization).toBe(company);
      expect(told.unified_social_credit_code).toMatch(/^[0-9A-Z]{18}$/);
    });

    it('needs no second login in this browser, and ends all of them at once', async () => {
      const { page } = browser;
      returned = null;
      const { url, checks } = await begin();
      await page.goto(url.href);
      await page.waitForURL(`${origin}/back**`);
      if (returned === null) throw new Error('the browser did not come back');
      await client.authorizationCodeGrant(config, returned, checks);

      const end = client.buildEndSessionUrl(config, {
        id_token_hint: idToken,
        post_logout_redirect_uri: `${origin}/bye`,
      });
      await page.goto(end.href);
      await browser.screenshot('oidc-zh-logout');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${origin}/bye**`);
      await page.goto((await begin()).url.href);
      await at('certificate').first().waitFor();
    });

    it('speaks English when asked to, and can be given up', async () => {
      const { page } = browser;
      await at('language').click();
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      expect(await page.locator('h1').textContent()).toBe('Sign in with your certificate');
      await page.locator('[data-test=certificate] input:not(:disabled)').first().check();
      await browser.screenshot('oidc-en');
      returned = null;
      await at('cancel').click();
      await page.waitForURL(`${origin}/back**`);
      expect(String(returned)).toContain('error=access_denied');
    });

    it('names every control for a screen reader', async () => {
      await browser.page.goto((await begin()).url.href);
      await at('certificate').first().waitFor();
      const tree = await browser.page.locator('body').ariaSnapshot();
      expect(tree).toMatch(/group "选择登录用的证书"/);
      expect(tree).toMatch(/radio ".*公司.*统一社会信用代码/);
      expect(tree).toMatch(/button "登录"/);
      expect(tree).toMatch(/button "取消"/);
    });

    it('says what is the matter and who can act when no source of the CA can be reached', async () => {
      const { page } = browser;
      const service = createServiceClient(running.stack.service.url, running.stack.callers.administratorToken);
      const { items } = await service.get<{ items: readonly { id: string }[] }>('/v1/cas');
      for (const { id } of items)
        await service.put(`/v1/cas/${id}/sources`, { crl: [{ url: 'http://127.0.0.1:9/gone' }] });
      await page.goto((await begin()).url.href);
      await page.locator('[data-test=certificate] input:not(:disabled)').first().check();
      await at('enter').click();
      await browser.confirm(running.stack.province.manifest.pin);
      const alert = page.getByRole('alert');
      await alert.locator('strong', { hasText: '登录暂时无法判定' }).waitFor();
      expect(await alert.textContent()).toMatch(/没有被判不合格.*交易中心.*证据源/);
      await browser.screenshot('oidc-zh-undecided');
    });

    it('did all this without one complaint of the browser', () => {
      expect(browser.complaints).toEqual([]);
    });
  },
);
