import { randomBytes } from 'node:crypto';
import { equalBytes } from '@onelock/core/bytes';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { buildSkfLibrary, skfCompiler, skfParts, skfPin, writeSkfToken } from '../../drivers/test/skf-library.ts';
import { newSkfFolder, skfConfig } from '../../drivers/test/skf-under-test.ts';
import { sm2Identity } from '../../drivers/test/test-keys.ts';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type Bidder, startBidder } from './support/bidder.ts';
import { failure } from './support/failure.ts';
import { submitPin } from './support/windows.ts';

const executable = chromiumExecutable();
/** The compiler, when the browser is there too. */
const everything = executable === undefined ? undefined : skfCompiler();

requireReal(`Chromium, ${skfParts}`, everything)('a key that gives out no content keys', (compiler) => {
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
    const built = buildSkfLibrary(compiler, { packing: 'pack1', ulongBytes: 4, privateDecrypt: 'none' });
    const { folder, remove } = newSkfFolder();
    endings.push(() => built.remove(), remove);
    writeSkfToken(folder);
    const driver = skfConfig(built.library, folder);
    const none = (): void => undefined;
    return startBidder(browser, { tokens: { driver, remove: none, insert: none, cleanUp: none } });
  }

  it('rehearses on files and decrypts them itself, in pieces, and hands nothing out of one that does not open', async () => {
    const { page, person, leave } = await newBidder();
    const dual = await vi.waitFor(
      async () => {
        const { identities } = await page.call('listCertificates', {});
        const found = identities.find(({ encryption }) => encryption !== null);
        if (found === undefined) throw new Error('no dual identity yet');
        return found;
      },
      { timeout: 30_000, interval: 200 },
    );
    const handle = dual.key;
    const certificate = sm2Identity.encryption?.certificate;
    if (certificate === undefined) throw new Error('no encryption certificate');
    const plain = new Uint8Array(randomBytes(200_001));
    const seal = async (algorithm: 'SM4-CBC' | 'SM4-GCM'): Promise<Uint8Array> => {
      const taken = page.take();
      const { target } = taken;
      await page.call('encryptFile', { file: page.stream(plain), target, recipients: [certificate], algorithm });
      return taken.bytes;
    };
    const envelope = await seal('SM4-CBC');
    const rehearse = (bytes: Uint8Array) =>
      page.call('rehearseDecryption', { key: handle, envelope: { kind: 'file', file: page.stream(bytes) } });
    const rehearsed = rehearse(envelope);
    await person.typePin(skfPin);
    expect(await rehearsed).toMatchObject({ indication: 'passed' });

    const opened = page.take();
    const decrypting = page.call('decryptFile', { key: handle, file: page.stream(envelope), target: opened.target });
    await person.typePin(skfPin);
    expect(await decrypting).toMatchObject({ algorithm: 'SM4-CBC', file: { size: plain.length } });
    expect(equalBytes(await opened.bytes, plain)).toBe(true);

    // The end is changed, where the padding stands: nothing of the rest is given out.
    const damaged = Uint8Array.from(envelope);
    damaged[damaged.length - 20] = (damaged[damaged.length - 20] ?? 0) ^ 0xff;
    const given = page.take();
    const refused = failure(
      page.call('decryptFile', { key: handle, file: page.stream(damaged), target: given.target }),
    );
    await submitPin(await person.open(), skfPin);
    await expect(refused).resolves.toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    expect(given.received()).toBe(0);

    // Tokens have no authenticated ciphers.
    const authenticated = await seal('SM4-GCM');
    const target = page.take().target;
    await expect(
      failure(page.call('decryptFile', { key: handle, file: page.stream(authenticated), target })),
    ).resolves.toFailWith('ERR_TOKEN_ALGORITHM_UNSUPPORTED');
    await leave();
  });
});
