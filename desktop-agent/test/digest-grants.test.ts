import { createPublicKey, verify } from 'node:crypto';
import { utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { readConfig } from '../src/config.ts';
import { type Bidder, startBidder } from './support/bidder.ts';
import { failure } from './support/failure.ts';
import { site } from './support/page-connection.ts';
import { pin } from './support/tokens.ts';
import { submitPin } from './support/windows.ts';

const chromium = requireReal('Chromium', chromiumExecutable());
const ops = createNodeCrypto();
const message = utf8Encode('what the digest stands for');
const digest = ops.digest('sha256', message);
const params = { digest, algorithm: 'RSA-SHA256', display: { title: '摘要签名' } } as const;
const challenge = new Uint8Array(32);

it.each(['ggzy.example.gov.cn', 'https://a.example/path', 'https://a.example+sign', '+login'])(
  'a digest grant is refused as configuration: %s',
  (value) => {
    expect(() => readConfig({ ONELOCK_AGENT_DIGEST_ORIGINS: value })).toFailWith('ERR_SERVICE_CONFIG_INVALID');
  },
);

chromium('signing of a bare digest', (executable) => {
  let browser: LaunchedChromium;
  beforeAll(async () => {
    browser = await launchChromium(executable);
  });
  afterAll(() => browser.close());

  async function withGrant(grant: string | undefined, act: (bidder: Bidder) => Promise<void>): Promise<void> {
    const environment = grant === undefined ? {} : { ONELOCK_AGENT_DIGEST_ORIGINS: grant };
    const bidder = await startBidder(browser, { agent: { environment } });
    try {
      await act(bidder);
    } finally {
      await bidder.leave();
    }
  }

  it('is off for a site that the operator did not name', () =>
    withGrant('https://other.example', async ({ page, key, agent }) => {
      const signing = page.call('signDigest', { key: await key('RSA'), ...params });
      expect(await failure(signing)).toFailWith('ERR_CALL_PERMISSION_DENIED');
      expect(agent.unopenedWindows()).toEqual([]);
    }));

  it('is shown as dangerous, and the site that may do it logs nobody in', () =>
    withGrant(site, async ({ page, person, key, agent }) => {
      const handle = await key('RSA');
      const signing = page.call('signDigest', { key: handle, ...params });
      const window = await person.open();
      expect(await window.locator('h1').textContent()).toContain('危险');
      await window.getByText('本机看不到摘要背后的原文').waitFor();
      await submitPin(window, pin);
      const { signature, certificate } = await signing;
      const spki = Buffer.from(parseCertificate(certificate).publicKey.spki);
      const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
      expect(verify('sha256', message, publicKey, signature)).toBe(true);
      const login = page.call('authenticate', { key: handle, challenge });
      expect(await failure(login)).toFailWith('ERR_CALL_PERMISSION_DENIED');
      const short = page.call('signDigest', { key: handle, ...params, algorithm: 'RSA-SHA512' });
      expect(await failure(short)).toFailWith('ERR_CALL_PARAMS_INVALID');
      const other = page.call('signDigest', { key: handle, ...params, algorithm: 'SM2-SM3' });
      expect(await failure(other)).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
      expect(agent.unopenedWindows()).toEqual([]);
    }));

  it('goes together with logins only where the operator wrote so', () =>
    withGrant(`${site}+login`, async ({ page, person, key }) => {
      const handle = await key('RSA');
      const login = page.call('authenticate', { key: handle, challenge });
      await person.typePin(pin);
      expect((await login).origin).toBe(site);
      const signing = page.call('signDigest', { key: handle, ...params });
      await person.typePin(pin);
      expect((await signing).algorithm).toBe('RSA-SHA256');
    }));
});
