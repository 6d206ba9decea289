import { parseSignedData } from '@onelock/core/cms';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumExecutable, opensslCommand, softHsmLibrary } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type Browser, openBrowser } from './support/browser.ts';
import { startTestStack, type TestStack } from './support/demo-stack.ts';
import { opensslVerifiesMessage, opensslVerifiesSm2 } from './support/openssl.ts';

const needed = [chromiumExecutable(), softHsmLibrary(), opensslCommand()] as const;
const [chromium, , openssl = ''] = needed;
const allFound = needed.every((part) => part !== undefined) ? chromium : undefined;

interface SavedDocument {
  readonly content: Uint8Array;
  readonly message: Uint8Array;
}

requireReal('Chromium, SoftHSM2 and OpenSSL', allFound)('the trading site in a real Chromium', (executable) => {
  let running: TestStack;
  let browser: Browser;

  beforeAll(async () => {
    running = await startTestStack('when-found');
    browser = await openBrowser(running.stack, executable);
    await browser.page.goto(running.stack.site.url);
    await browser.allowSite();
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  const at = (name: string) => browser.page.locator(`[data-test=${name}]`);

  async function logIn(company: string): Promise<void> {
    await browser.page.locator(`[data-test=certificate][data-company*="${company}"]:not([disabled])`).click();
    await at('log-in').click();
    const said = await browser.confirm(running.stack.province.manifest.pin);
    // The window names the site and the company by itself, not by what the page says.
    expect(said).toContain(company);
    await at('identity').waitFor();
  }

  async function signAndSave(form: 'detached' | 'attached', window: string): Promise<SavedDocument> {
    if (form === 'attached') await at('attached').check();
    await at('sign').click();
    const said = await browser.confirm(running.stack.province.manifest.pin, window);
    // The site's server vouches for what is shown; the page's own words do not appear.
    expect(said).toContain('平台服务器签名确认');
    expect(said).toMatch(/签署投标文件：.+字节/s);
    await browser.page.locator('[data-test-verdict=signature]').waitFor();
    return { content: await download('下载文件'), message: await download('下载签名（.p7s）') };
  }

  /** What the link leads to, fetched by the browser with its own cookie. */
  async function download(link: string): Promise<Uint8Array> {
    const address = await browser.page.getByRole('link', { name: link }).getAttribute('href');
    const response = await browser.context.request.get(`${running.stack.site.url}${address}`);
    expect(response.headers()['content-disposition']).toMatch(/^attachment/);
    return new Uint8Array(await response.body());
  }

  const verdictOf = (name: string) =>
    browser.page.locator(`[data-test-verdict=${name}]`).evaluate((element) => ({
      indication: element.getAttribute('data-indication'),
      reason: element.getAttribute('data-reason'),
    }));

  it('shows the certificates by company, in human words, the expired one greyed', async () => {
    await expect.poll(() => at('certificate').count()).toBe(5);
    await browser.screenshot('site-certificates');
    const choices = await at('certificate').allInnerTexts();
    expect(choices.join('\n')).toContain('示范省山海建设工程有限公司');
    expect(choices.join('\n')).toContain('双证书');
    expect(choices.at(-1)).toContain('已过期');
    expect(await at('certificate').last().isDisabled()).toBe(true);
  });

  it('(a) logs in and signs with an RSA key in SoftHSM2: the service passes both, OpenSSL agrees', async () => {
    await logIn('启明');
    await browser.screenshot('site-rsa-logged-in');
    expect(await at('company').textContent()).toContain('示范省启明信息技术有限公司');
    expect(await at('verdict').first().getAttribute('data-indication')).toBe('passed');

    const { content, message } = await signAndSave('detached', 'window-rsa-sign');
    await browser.screenshot('site-rsa-signed');
    expect(await verdictOf('signature')).toEqual({ indication: 'passed', reason: '' });
    expect(await at('signed-by').getAttribute('data-value')).toBe('who-is-logged-in');

    const { province } = running.stack;
    const rsa = province.manifest.authorities.find(({ id }) => id === 'rsa');
    if (rsa === undefined) throw new Error('no RSA authority');
    const [root, issuing] = province.certificatesOf(rsa);
    expect(opensslVerifiesMessage(openssl, { message, content, root, issuing })).toBe(true);
    expect(opensslVerifiesMessage(openssl, { message, content: content.subarray(1), root, issuing })).toBe(false);
    await at('logout').click();
  });

  it('(b) logs in and signs with an SM2 key in the soft token: the service passes both, OpenSSL agrees', async () => {
    await logIn('山海');
    await browser.screenshot('site-sm2-logged-in');
    expect((await at('code').textContent())?.replaceAll(' ', '')).toBe('91520100MA6DEM014X');

    const { content, message } = await signAndSave('attached', 'window-sm2-sign');
    await browser.screenshot('site-sm2-signed');
    expect(await verdictOf('signature')).toEqual({ indication: 'passed', reason: '' });

    const signed = parseSignedData(message);
    const [signer] = signed.signers;
    const [certificate] = signed.certificates.map(parseCertificate);
    if (signer?.signedAttributesDer == null || certificate === undefined) throw new Error('not the expected message');
    expect(signed.family).toBe('gm');
    expect(signed.content).toEqual(content);
    const question = {
      spki: certificate.publicKey.spki,
      message: signer.signedAttributesDer,
      signature: signer.signature,
    };
    expect(opensslVerifiesSm2(openssl, question)).toBe(true);
    expect(opensslVerifiesSm2(openssl, { ...question, message: content })).toBe(false);
  });

  it('shows that one changed byte fails, and why', async () => {
    await at('tamper').click();
    await browser.page.locator('[data-test-verdict=tampered]').waitFor();
    await browser.screenshot('site-tampered');
    expect(await verdictOf('tampered')).toEqual({ indication: 'failed', reason: 'ERR_CMS_DIGEST_MISMATCH' });
    expect(await browser.page.locator('[data-test-verdict=tampered]').textContent()).toContain('原文已被改动');
  });

  it('speaks English when asked to', async () => {
    await at('language').click();
    await browser.screenshot('site-english');
    expect(await at('desk').textContent()).toContain('Sign a bid document');
    await browser.page.locator('html[lang=en]').waitFor();
    await at('language').click();
  });

  it('forgets who was there after logging out', async () => {
    await at('logout').click();
    await at('certificate').first().waitFor();
    await browser.page.reload();
    await at('certificate').first().waitFor();
    expect(await at('identity').count()).toBe(0);
  });

  it('refuses a certificate of an authority that nobody registered, and shows the reason', async () => {
    await browser.page.locator('[data-test=certificate][data-company*="长风"]:not([disabled])').click();
    await at('log-in').click();
    await browser.confirm(running.stack.province.manifest.pin);
    await at('verdict').waitFor();
    await browser.screenshot('site-stranger');
    expect(await at('verdict').getAttribute('data-reason')).toBe('ERR_PATH_UNKNOWN_ISSUER');
    expect(await at('verdict').getAttribute('data-indication')).not.toBe('passed');
    expect(await at('identity').count()).toBe(0);
  });

  it('did all this without one complaint of the browser', () => {
    expect(browser.complaints).toEqual([]);
  });
});
