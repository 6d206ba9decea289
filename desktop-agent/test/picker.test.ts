import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { equalBytes } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startAgentProcess } from './support/agent-process.ts';
import { type Bidder, startBidder } from './support/bidder.ts';
import { failure } from './support/failure.ts';
import { connectPage } from './support/page-connection.ts';
import { pin, testDer } from './support/tokens.ts';
import { submitPin } from './support/windows.ts';

const chromium = requireReal('Chromium', chromiumExecutable());
const ops = createNodeCrypto();

chromium('the agent’s file picker', (executable) => {
  let home: string;
  let documents: string;
  let browser: LaunchedChromium;
  let bidder: Bidder;

  beforeAll(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'onelock-home-'));
    documents = path.join(home, 'Documents');
    mkdirSync(path.join(documents, '投标'), { recursive: true });
    browser = await launchChromium(executable);
    bidder = await startBidder(browser, { agent: { environment: { HOME: home } }, start: startAgentProcess });
  });
  afterAll(async () => {
    await bidder.leave();
    await browser.close();
    rmSync(home, { recursive: true, force: true });
  });
  const content = new Uint8Array(Buffer.from('投标文件 '.repeat(40_000)));
  beforeEach(() => {
    writeFileSync(path.join(documents, '投标', '投标文件.pdf'), content);
    writeFileSync(path.join(documents, '.hidden'), 'x');
    writeFileSync(path.join(documents, '说明.txt'), 'x');
  });

  const row = (window: Page, name: string) => window.getByRole('option', { name });
  /** Through the folder to the file, by keyboard alone. */
  async function pickBid(window: Page): Promise<void> {
    await window.getByRole('button', { name: '文档' }).click();
    const list = window.getByRole('listbox');
    await row(window, '说明.txt').waitFor();
    await list.focus();
    await window.keyboard.press('Home');
    await window.keyboard.press('Enter');
    await row(window, '投标文件.pdf').waitFor();
    await window.keyboard.press('End');
    await window.keyboard.press('Enter');
    await window.locator('.final').waitFor();
    await window.close();
  }

  it('lets the person pick a file to sign: the site learns its name, size and digest, and no path', async () => {
    const { page, person, key } = bidder;
    const handle = await key('SM2');
    const signing = page.call('signFile', { key: handle, file: { kind: 'picker', prompt: '请选择投标文件' } });
    const picking = await person.open();
    const shown = (await picking.locator('main').textContent()) ?? '';
    expect(shown).toContain('请选择投标文件');
    expect(shown).toContain('ggzy.example.gov.cn');
    expect(shown).not.toContain('.hidden');
    await pickBid(picking);
    const window = await person.open();
    const facts = (await window.locator('main').textContent())?.replaceAll(/\s/g, '') ?? '';
    expect(facts).toContain('您选择的文件投标文件.pdf');
    expect(facts).toContain(Buffer.from(ops.digest('sm3', content)).toString('hex'));
    await submitPin(window, pin);
    const signed = await signing;
    expect(signed.file).toMatchObject({ name: '投标文件.pdf', size: content.length });
    expect(JSON.stringify(signed)).not.toContain(home);

    // The handle serves the site again, without a window, and no other site.
    const { file } = signed.file;
    if (file === null) throw new Error('no handle');
    await window.close();
    const { report } = await page.call('verifyFile', { file: { kind: 'file', file }, message: signed.message });
    expect(report).toMatchObject({ indication: 'indeterminate', detached: true });
    const other = await connectPage(bidder.agent.port, { origin: 'https://other.example' });
    const stealing = failure(other.call('verifyFile', { file: { kind: 'file', file }, message: signed.message }));
    await person.allowSite();
    await expect(stealing).resolves.toFailWith('ERR_FILE_UNREADABLE');
    await other.close();

    appendFileSync(path.join(documents, '投标', '投标文件.pdf'), '!');
    const changed = page.call('verifyFile', { file: { kind: 'file', file }, message: signed.message });
    await expect(failure(changed)).resolves.toFailWith('ERR_FILE_CHANGED');
  });

  it('signs nothing that changed while the person was reading the window', async () => {
    const { page, person, key } = bidder;
    const signing = failure(page.call('signFile', { key: await key('SM2'), file: { kind: 'picker' } }));
    await pickBid(await person.open());
    const window = await person.open();
    appendFileSync(path.join(documents, '投标', '投标文件.pdf'), '!');
    await submitPin(window, pin);
    await expect(signing).resolves.toFailWith('ERR_FILE_CHANGED');
  });

  it('encrypts from disk to disk, rehearses on the file and decrypts it, and writes over nothing unasked', async () => {
    const { page, person, key } = bidder;
    const handle = await key('SM2');
    writeFileSync(path.join(documents, '投标', '标书.bid'), 'older');
    const encrypting = page.call('encryptFile', {
      file: { kind: 'picker' },
      target: { kind: 'picker', suggestedName: '标书.bid' },
      recipients: [testDer('sm2/encrypt.pem')],
    });
    await pickBid(await person.open());
    const saving = await person.open();
    expect(await saving.locator('h1').textContent()).toBe('请选择保存位置');
    expect(await saving.getByLabel('文件名').inputValue()).toBe('标书.bid');
    await saving.getByRole('button', { name: '保存到此处' }).click();
    await saving.getByText('此处已有“标书.bid”').waitFor();
    expect(readFileSync(path.join(documents, '投标', '标书.bid'), 'utf8')).toBe('older');
    await saving.getByRole('button', { name: '替换原有文件' }).click();
    const encrypted = await encrypting;
    expect(encrypted.file).toMatchObject({ name: '标书.bid' });
    const { file } = encrypted.file;
    if (file === null) throw new Error('no handle');

    const rehearsing = page.call('rehearseDecryption', {
      key: handle,
      envelope: { kind: 'file', file: { kind: 'file', file } },
    });
    await person.typePin(pin);
    expect(await rehearsing).toMatchObject({ indication: 'passed' });

    const decrypting = page.call('decryptFile', {
      key: handle,
      file: { kind: 'file', file },
      target: { kind: 'picker', suggestedName: '打开的标书.pdf' },
    });
    const place = await person.open();
    for (const name of ['../escaped.pdf', 'a/b.pdf', '..', '投标']) {
      // A name is a name: what would be a path is refused, and so is a folder's.
      if (name === '投标') await place.getByRole('button', { name: '文档' }).click();
      await place.getByLabel('文件名').fill(name);
      await place.getByRole('button', { name: '保存到此处' }).click();
      await place.locator('.notice-danger').waitFor();
    }
    await place.getByLabel('文件名').fill('打开的标书.pdf');
    await place.getByRole('button', { name: '保存到此处' }).click();
    await person.typePin(pin);
    const opened = await decrypting;
    expect(equalBytes(opened.file.digest, ops.digest('sm3', content))).toBe(true);
    expect(readFileSync(path.join(documents, '打开的标书.pdf')).equals(content)).toBe(true);
    expect(readdirSync(documents).filter((name) => name.includes('part'))).toEqual([]);
    expect(page.events.some(({ name }) => name === 'operationProgress')).toBe(true);
  });

  it('closed without a choice is a refusal, and an invented handle opens nothing', async () => {
    const { page, person, key } = bidder;
    const handle = await key('SM2');
    const signing = failure(page.call('signFile', { key: handle, file: { kind: 'picker' } }));
    const window = await person.open();
    await window.keyboard.press('Escape');
    await expect(signing).resolves.toFailWith('ERR_USER_CANCELLED');
    const invented = { kind: 'file', file: `f1_${'A'.repeat(43)}` } as const;
    await expect(failure(page.call('signFile', { key: handle, file: invented }))).resolves.toFailWith(
      'ERR_FILE_UNREADABLE',
    );
    const target = page.take().target;
    await expect(failure(page.call('decryptFile', { key: handle, file: invented, target }))).resolves.toFailWith(
      'ERR_FILE_UNREADABLE',
    );
  });
});
