import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  buildP11Library,
  newP11Folder,
  p11Compiler,
  p11Config,
  p11Parts,
  p11Pin,
  writeP11Token,
} from '../../drivers/test/p11-library.ts';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type Bidder, startBidder } from './support/bidder.ts';
import { failure } from './support/failure.ts';
import { site } from './support/page-connection.ts';

const executable = chromiumExecutable();
/** The compiler, when the browser is there too. */
const everything = executable === undefined ? undefined : p11Compiler();
const digest = createNodeCrypto().digest('sha256', new Uint8Array(5));

requireReal(`Chromium, ${p11Parts}`, everything)('a key whose library calls anything a signature', (compiler) => {
  let browser: LaunchedChromium;
  const endings: (() => void)[] = [];
  beforeAll(async () => {
    browser = await launchChromium(executable ?? '');
  });
  afterAll(async () => {
    await browser.close();
    for (const end of endings) end();
  });

  async function newBidder(): Promise<Bidder> {
    const built = buildP11Library(compiler);
    const { folder, remove } = newP11Folder();
    endings.push(() => built.remove(), remove);
    writeP11Token(folder);
    const driver = p11Config(built.library, folder, { traits: 'wrong-rsa' });
    const none = (): void => undefined;
    const environment = { ONELOCK_AGENT_DIGEST_ORIGINS: site };
    return startBidder(browser, {
      tokens: { driver, remove: none, insert: none, cleanUp: none },
      agent: { environment },
    });
  }

  it('signs nothing, whether a message, a digest or a certificate request', async () => {
    const { page, person, leave } = await newBidder();
    const identity = await vi.waitFor(
      async () => {
        const { identities } = await page.call('listCertificates', {});
        const found = identities.find(({ signing, encryption }) => signing !== null && encryption === null);
        if (found === undefined) throw new Error('no RSA identity yet');
        return found;
      },
      { timeout: 60_000, interval: 200 },
    );
    const { key, device } = identity;
    const acts = [
      () => page.call('signData', { key, data: new Uint8Array(5) }),
      () => page.call('signDigest', { key, digest, algorithm: 'RSA-SHA256', display: { title: '摘要签名' } }),
      () => page.call('createCertificateRequest', { device, keySpec: 'rsa-2048', subject: { commonName: '某公司' } }),
    ];
    for (const act of acts) {
      const refused = failure(act());
      await person.typePin(p11Pin);
      await expect(refused).resolves.toFailWith('ERR_SIGNATURE_INVALID');
    }
    await leave();
  });
});
