import { equalBytes } from '@onelock/core/bytes';
import { parsePublicKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate, parseCertificateRequest, verifyCertificateRequest } from '@onelock/core/x509';
import { expect, it } from 'vitest';
import { CaSide } from '../../drivers/test/ca-side.ts';
import { withBidders } from './support/bidders.ts';
import { deviceOf } from './support/device-of-bidder.ts';
import { failure } from './support/failure.ts';
import { pin, testDer } from './support/tokens.ts';
import { finalText, submitPin } from './support/windows.ts';

const ops = createNodeCrypto();
const ca = new CaSide(ops);
const subject = {
  province: '贵州省',
  locality: '贵阳市',
  organization: '示例建设有限公司',
  commonName: '示例建设有限公司',
  unifiedSocialCreditCode: '91520100MA6DJ0000P',
};
const secret = new Uint8Array(16).fill(7);

withBidders('a new key and its certificates', (withBidder) => {
  it(
    'are made, certified, given an encryption key, renewed, and old envelopes still open',
    () =>
      withBidder({}, async (bidder) => {
        const { page, person } = bidder;
        const { handle: device } = await deviceOf(bidder);
        const requesting = page.call('createCertificateRequest', { device, keySpec: 'sm2', subject });
        const window = await person.open();
        const shown = await window.locator('main').textContent();
        for (const text of ['示例建设有限公司', '91520100MA6DJ0000P', 'CN · 贵州省 · 贵阳市', '双证书', '示例 UKey'])
          expect(shown).toContain(text);
        await submitPin(window, pin);
        const made = await requesting;
        expect(await finalText(window)).toContain('证书申请已生成');
        expect(made.variant).toBe('dual');
        const request = parseCertificateRequest(made.request);
        expect(verifyCertificateRequest(request, ops)).toBe(true);
        expect(equalBytes(request.publicKey.spki, made.publicKey)).toBe(true);
        const publicKey = parsePublicKey(made.publicKey);

        // Another's certificate is refused before anybody types a PIN.
        const foreign = page.call('importCertificate', {
          key: made.key,
          usage: 'sign',
          certificate: testDer('sm2/leaf.pem'),
        });
        expect(await failure(foreign)).toFailWith('ERR_TOKEN_CERTIFICATE_MISMATCH');
        const certificate = ca.certify(publicKey, 'signing', '示例建设有限公司');
        const importing = page.call('importCertificate', { key: made.key, usage: 'sign', certificate });
        const writing = await person.open();
        expect(await writing.locator('main').textContent()).toContain('将写入的证书');
        await submitPin(writing, pin);
        const { identity } = await importing;
        expect(identity.signing?.subject).toContain('示例建设有限公司');
        expect(await page.nextEvent('certificatesChanged')).toMatchObject({ change: 'written', daysLeft: null });

        const opens: { certificate: Uint8Array; ciphertext: Uint8Array }[] = [];
        for (const round of [0, 1]) {
          const delivered = ca.deliver(publicKey);
          const encryption = ca.certify(delivered.publicKey, 'encryption', `示例建设有限公司 ${round}`);
          const delivery = { kind: 'sm2-enveloped-key', envelope: delivered.der } as const;
          const arriving = page.call('importEncryptionKeyPair', { key: made.key, delivery, certificate: encryption });
          await person.typePin(pin);
          expect((await arriving).identity.encryption?.serialNumber).toBe(parseCertificate(encryption).serialNumber);
          expect((await page.nextEvent('certificatesChanged')).change).toBe(round === 0 ? 'written' : 'renewed');
          const { ciphertext } = await page.call('encryptKey', { recipient: encryption, data: secret });
          opens.push({ certificate: encryption, ciphertext });
        }
        const opening = page.call('openKeySession', { key: made.key, purposes: ['decrypt'] });
        await person.typePin(pin);
        await opening;
        for (const { certificate: recipient, ciphertext } of opens) {
          const decryptingKey = page.call('decryptKey', { key: made.key, ciphertext });
          await person.agree();
          expect(equalBytes((await decryptingKey).data, secret)).toBe(true);
          const { envelope } = await page.call('encryptData', { data: secret, recipients: [recipient] });
          const decrypting = page.call('decryptData', { key: made.key, envelope });
          await person.agree();
          expect(equalBytes((await decrypting).data, secret)).toBe(true);
        }
      }),
    60_000,
  );

  it('are refused with a code when the delivery is wrong, the person cancels or the key is pulled out', () =>
    withBidder({ signDelayMs: 60_000 }, async (bidder) => {
      const { page, person, key, tokens, agent } = bidder;
      const handle = await key('SM2');
      const { der, publicKey } = ca.deliver(parseCertificate(testDer('sm2/leaf.pem')).publicKey);
      const delivery = { kind: 'sm2-enveloped-key', envelope: der } as const;
      const other = ca.certify(ops.generateKeyPair({ kind: 'sm2' }).publicKey, 'encryption');
      const deliver = (params: object): Promise<unknown> =>
        failure(page.call('importEncryptionKeyPair', { key: handle, delivery, ...params } as never));
      expect(await deliver({ certificate: other })).toFailWith('ERR_TOKEN_CERTIFICATE_MISMATCH');
      const shorter = { kind: 'sm2-enveloped-key', envelope: der.subarray(0, der.length - 10) };
      expect(await deliver({ delivery: shorter })).toFailWith('ERR_DER_TRUNCATED');
      const blob = { kind: 'skf-enveloped-key-blob', blob: new Uint8Array(388) };
      expect(await deliver({ delivery: blob })).toFailWith('ERR_ENVELOPE_MALFORMED');
      expect(agent.unopenedWindows()).toEqual([]);
      const certificate = ca.certify(publicKey, 'encryption');
      const cancelled = deliver({ certificate });
      await (await person.open()).getByRole('button', { name: '取消' }).click();
      expect(await cancelled).toFailWith('ERR_USER_CANCELLED');
      const { handle: device } = await deviceOf(bidder);
      const removed = failure(page.call('createCertificateRequest', { device, keySpec: 'rsa-2048', subject }));
      const window = await person.open();
      await submitPin(window, pin);
      await window.getByText('正在与密钥通信').waitFor();
      tokens.remove();
      expect(await removed).toFailWith('ERR_TOKEN_REMOVED');
      await page.nextEvent('deviceRemoved');
      const gone = page.call('createCertificateRequest', { device, keySpec: 'sm2', subject });
      expect(await failure(gone)).toFailWith('ERR_TOKEN_HANDLE_STALE');
    }));
});
