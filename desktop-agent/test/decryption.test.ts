import { utf8Encode } from '@onelock/core/bytes';
import { parseCertificate } from '@onelock/core/x509';
import { expect, it } from 'vitest';
import { withBidders } from './support/bidders.ts';
import { deviceOf } from './support/device-of-bidder.ts';
import { failure } from './support/failure.ts';
import { pin, testDer } from './support/tokens.ts';
import { finalText, submitPin } from './support/windows.ts';

const data = utf8Encode('投标报价：一百二十三万元');
const ours = testDer('sm2/encrypt.pem');
const signingOnly = testDer('sm2/leaf.pem');

withBidders('decryption through the agent', (withBidder) => {
  it('opens envelopes of either cipher mode, the window naming certificate and content', () =>
    withBidder({}, async (bidder) => {
      const { page, person, key } = bidder;
      const handle = await key('SM2');
      const { calls } = await deviceOf(bidder);
      expect(calls).toEqual(
        expect.arrayContaining(['decryptData', 'decryptKey', 'decryptFile', 'rehearseDecryption', 'changePin']),
      );
      for (const algorithm of ['SM4-CBC', 'SM4-GCM', 'AES-256-GCM'] as const) {
        const sealed = await page.call('encryptData', { data, recipients: [ours], algorithm });
        expect(sealed.algorithm).toBe(algorithm);
        const decrypting = page.call('decryptData', { key: handle, envelope: sealed.envelope });
        const window = await person.open();
        expect(await window.locator('h1').textContent()).toBe('解密确认');
        expect(await window.locator('h2#content-title').textContent()).toBe('待解密内容');
        await submitPin(window, pin);
        expect(await decrypting).toEqual({ data, algorithm });
        expect(await finalText(window)).toContain('解密已完成');
      }
    }));

  it('needs a click alone inside a key session for decryption, and no such session signs', () =>
    withBidder({}, async ({ page, person, key }) => {
      const handle = await key('SM2');
      const opening = page.call('openKeySession', { key: handle, purposes: ['decrypt'] });
      await person.typePin(pin);
      await opening;
      const { envelope } = await page.call('encryptData', { data, recipients: [ours] });
      const decrypting = page.call('decryptData', { key: handle, envelope });
      await person.agree();
      expect((await decrypting).data).toEqual(data);
      const signing = page.call('signData', { key: handle, data });
      const window = await person.open();
      expect(await window.locator('#pin').count()).toBe(1);
      await submitPin(window, pin);
      await signing;
    }));

  it('refuses a signing certificate as a recipient, and another’s envelope without asking for a PIN', () =>
    withBidder({}, async ({ page, key, agent }) => {
      const handle = await key('SM2');
      expect(await failure(page.call('encryptData', { data, recipients: [signingOnly] }))).toFailWith(
        'ERR_PATH_KEY_USAGE',
      );
      expect(await failure(page.call('encryptKey', { data, recipient: signingOnly }))).toFailWith('ERR_PATH_KEY_USAGE');
      expect(
        await failure(page.call('decryptData', { key: handle, envelope: utf8Encode('this is not an envelope') })),
      ).toFailWith('ERR_DER_TRUNCATED');
      const { envelope } = await page.call('encryptData', { data, recipients: [ours] });
      const rsa = await key('RSA');
      const foreign = await failure(page.call('decryptData', { key: rsa, envelope }));
      expect((foreign as { code: string }).code).toMatch(/^ERR_(?:ENVELOPE_NOT_RECIPIENT|TOKEN_KEY_USAGE)$/);
      expect(agent.unopenedWindows()).toEqual([]);
    }));

  it('says the same of every envelope that does not open', () =>
    withBidder({}, async ({ page, person, key }) => {
      const handle = await key('SM2');
      const { envelope } = await page.call('encryptData', { data, recipients: [ours], algorithm: 'SM4-GCM' });
      const damaged = Uint8Array.from(envelope);
      damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
      const decrypting = failure(page.call('decryptData', { key: handle, envelope: damaged }));
      await person.typePin(pin);
      expect(await decrypting).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    }));

  it('opens short data in each form of SM2 ciphertext', () =>
    withBidder({}, async ({ page, person, key }) => {
      const handle = await key('SM2');
      const opening = page.call('openKeySession', { key: handle, purposes: ['decrypt'] });
      await person.typePin(pin);
      await opening;
      for (const sm2Form of [undefined, 'asn1', 'c1c3c2', 'c1c2c3'] as const) {
        const form = sm2Form === undefined ? {} : { sm2Form };
        const { ciphertext, scheme } = await page.call('encryptKey', { recipient: ours, data, ...form });
        expect(scheme).toBe('SM2');
        const decrypting = page.call('decryptKey', { key: handle, ciphertext, ...form });
        await person.agree();
        expect((await decrypting).data).toEqual(data);
      }
      const { ciphertext } = await page.call('encryptKey', { recipient: ours, data });
      const wrongForm = failure(page.call('decryptKey', { key: handle, ciphertext, sm2Form: 'c1c3c2' }));
      await person.agree();
      expect(await wrongForm).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    }));

  it('rehearses: yes, not ours, damaged, and which certificate ends before the opening', () =>
    withBidder({}, async ({ page, person, key, agent }) => {
      const handle = await key('SM2');
      const { envelope } = await page.call('encryptData', { data, recipients: [ours] });
      const source = { kind: 'data', envelope } as const;
      const openingAt = '2099-01-01T00:00:00Z';
      const rehearsing = page.call('rehearseDecryption', { key: handle, envelope: source, openingAt });
      const window = await person.open();
      expect(await window.locator('main').textContent()).toContain(openingAt);
      await submitPin(window, pin);
      const verdict = await rehearsing;
      expect(verdict).toMatchObject({ indication: 'passed', expiresBeforeOpening: true });
      expect(verdict.recipient?.serialNumber).toBe(parseCertificate(ours).serialNumber);
      expect(Object.keys(verdict)).not.toContain('data');

      const damaged = Uint8Array.from(envelope);
      damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
      const again = page.call('rehearseDecryption', { key: handle, envelope: { kind: 'data', envelope: damaged } });
      await person.typePin(pin);
      expect(await again).toMatchObject({
        indication: 'failed',
        reason: { code: 'ERR_ENVELOPE_CONTENT_INVALID' },
        expiresBeforeOpening: false,
      });
      const foreign = await page.call('rehearseDecryption', { key: await key('RSA'), envelope: source });
      expect(foreign).toMatchObject({ indication: 'failed', recipient: null });
      expect(agent.unopenedWindows()).toEqual([]);
    }));

  it('ends when the person cancels or the key is pulled out in the middle', () =>
    withBidder({ signDelayMs: 60_000 }, async ({ page, person, key, tokens }) => {
      const handle = await key('SM2');
      const { envelope } = await page.call('encryptData', { data, recipients: [ours] });
      const cancelled = failure(page.call('decryptData', { key: handle, envelope }));
      await (await person.open()).getByRole('button', { name: '取消' }).click();
      expect(await cancelled).toFailWith('ERR_USER_CANCELLED');
      const removed = failure(page.call('decryptData', { key: handle, envelope }));
      const window = await person.open();
      await submitPin(window, pin);
      await window.getByText('正在与密钥通信').waitFor();
      tokens.remove();
      expect(await removed).toFailWith('ERR_TOKEN_REMOVED');
    }));
});
