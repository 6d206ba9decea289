import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { concatBytes, equalBytes, utf8Encode } from '@onelock/core/bytes';
import { wireChunk } from '@onelock/core/contract';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { loginToBeSigned } from '@onelock/core/login';
import { expect, it } from 'vitest';
import { withBidders } from './support/bidders.ts';
import { failure } from './support/failure.ts';
import { pin, testDer } from './support/tokens.ts';
import { submitPin } from './support/windows.ts';

const ops = createNodeCrypto();
const file = new Uint8Array(randomBytes(1_500_001));
const ours = testDer('sm2/encrypt.pem');

withBidders('files through the agent', (withBidder) => {
  it('are signed as they pass by, the window showing their digest, and verified the same way', () =>
    withBidder({}, async ({ page, person, key }) => {
      const handle = await key('SM2');
      const digest = ops.digest('sm3', file);
      const signing = page.call('signFile', { key: handle, file: { ...page.stream(file), name: '投标文件.pdf' } });
      const window = await person.open();
      const shown = (await window.locator('main').textContent())?.replaceAll(/\s/g, '');
      expect(shown).toContain(Buffer.from(digest).toString('hex'));
      expect(shown).toContain('投标文件.pdf');
      await submitPin(window, pin);
      const signed = await signing;
      expect(signed.file).toMatchObject({
        name: '投标文件.pdf',
        size: file.length,
        digestAlgorithm: 'sm3',
        file: null,
      });
      expect(equalBytes(signed.file.digest, digest)).toBe(true);
      const { report } = await page.call('verifyFile', { file: page.stream(file), message: signed.message });
      // No anchors here: the signature itself was found good, or this would have failed.
      expect(report).toMatchObject({ indication: 'indeterminate', checkedBy: 'agent', detached: true });
      const other = Uint8Array.from(file);
      other[700_000] = (other[700_000] ?? 0) ^ 1;
      const wrong = await page.call('verifyFile', { file: page.stream(other), message: signed.message });
      expect(wrong.report).toMatchObject({ indication: 'failed', reason: { code: 'ERR_CMS_DIGEST_MISMATCH' } });
      expect(page.events.filter(({ name }) => name === 'operationProgress').length).toBeGreaterThan(0);
    }));

  it('are encrypted and decrypted in pieces, and nothing is handed over of one that was changed', () =>
    withBidder({}, async ({ page, person, key, agent }) => {
      const handle = await key('SM2');
      const opening = page.call('openKeySession', { key: handle, purposes: ['decrypt'] });
      await person.typePin(pin);
      await opening;
      for (const algorithm of ['SM4-CBC', 'AES-256-GCM', 'SM4-GCM'] as const) {
        const sealed = page.take();
        const encrypted = await page.call('encryptFile', {
          file: page.stream(file),
          target: sealed.target,
          recipients: [ours],
          algorithm,
        });
        const envelope = await sealed.bytes;
        expect(encrypted).toMatchObject({ algorithm, file: { size: envelope.length } });
        expect(equalBytes(encrypted.file.digest, ops.digest('sm3', envelope))).toBe(true);
        const opened = page.take();
        const source = { ...page.stream(envelope), name: '投标文件.bid' };
        const decrypting = page.call('decryptFile', { key: handle, file: source, target: opened.target });
        await person.agree();
        expect(equalBytes(await opened.bytes, file)).toBe(true);
        expect(await decrypting).toMatchObject({ algorithm, file: { size: file.length } });
        if (algorithm !== 'SM4-GCM') continue;
        envelope[900_000] = (envelope[900_000] ?? 0) ^ 1;
        const handed = page.take();
        const changed = page.call('decryptFile', { key: handle, file: page.stream(envelope), target: handed.target });
        const refused = failure(changed);
        await person.agree();
        expect(await refused).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
        expect(handed.received()).toBe(0);
      }
      const spool = path.join(agent.stateDir, 'spool');
      expect(existsSync(spool) ? readdirSync(spool) : []).toEqual([]);
    }));

  it('that break the stream, in whichever way, end the call and nothing else', () =>
    withBidder({}, async ({ page, key, agent }) => {
      const handle = await key('SM2');
      const sign = (source: ReturnType<typeof page.stream>) =>
        failure(page.call('signFile', { key: handle, file: source }));
      const breaks = {
        'a number left out': page.stream(file, {
          damage: (chunk) =>
            wireChunk({ ...chunk, sequence: chunk.sequence > 2 ? chunk.sequence + 1 : chunk.sequence }),
        }),
        'more than announced': { ...page.stream(file), size: file.length - 1 },
        'less than announced': { ...page.stream(file), size: file.length + 1 },
        'an early end': page.stream(file, { damage: (chunk) => wireChunk({ ...chunk, last: chunk.sequence === 1 }) }),
      };
      for (const [way, source] of Object.entries(breaks))
        expect(await sign(source), way).toFailWith('ERR_STREAM_BROKEN');
      const stranger = { stream: 's-nobody', sequence: 0, data: new Uint8Array(3), last: true };
      page.notify('chunk', (wireChunk(stranger) as { params: object }).params);
      const cancelled = failure(
        page.call('signFile', { key: handle, file: { ...page.stream(file), stream: 's-silent' } }, 'c-x'),
      );
      page.notify('cancel', { callId: 'c-x' });
      expect(await cancelled).toFailWith('ERR_USER_CANCELLED');
      expect((await page.call('getAgentInfo', {})).streams).toBe(true);
      // Nor are files a way round the rule that only authenticate signs a login.
      const certificate = testDer('sm2/leaf.pem');
      const statement = { purpose: 'login', origin: 'https://x', challenge: new Uint8Array(32), certificate } as const;
      const login = loginToBeSigned({ ...statement, digest: 'sm3' }, ops);
      expect(await sign(page.stream(login, { chunkBytes: 5 }))).toFailWith('ERR_LOGIN_TOKEN_FORBIDDEN_INPUT');
      expect(agent.unopenedWindows()).toEqual([]);
    }));

  it('are decrypted later when the key was pulled out: the file need not be sent again', () =>
    withBidder({ signDelayMs: 1_500 }, async ({ page, person, key, tokens }) => {
      const sealed = page.take();
      await page.call('encryptFile', { file: page.stream(file), target: sealed.target, recipients: [ours] });
      const envelope = await sealed.bytes;
      const first = failure(
        page.call('decryptFile', { key: await key('SM2'), file: page.stream(envelope), target: page.take().target }),
      );
      const window = await person.open();
      await submitPin(window, pin);
      await window.getByText('正在与密钥通信').waitFor();
      tokens.remove();
      const interrupted = (await first) as { code: string; params: { operation: string } };
      expect(interrupted).toFailWith('ERR_CALL_INTERRUPTED');
      tokens.insert();
      const opened = page.take();
      const nothing = { kind: 'stream', stream: 's-nothing', size: 1 } as const;
      const decrypting = page.call('decryptFile', {
        key: await key('SM2'),
        file: nothing,
        target: opened.target,
        resume: interrupted.params.operation,
      });
      await person.typePin(pin);
      expect(equalBytes(await opened.bytes, file)).toBe(true);
      await decrypting;
    }));

  it('and contents in one batch: one consent, an outcome for each', () =>
    withBidder({}, async ({ page, person, key }) => {
      const handle = await key('SM2');
      const broken = { ...page.stream(file), size: file.length + 1 };
      const signing = page.call('signBatch', {
        key: handle,
        display: { title: '批量签名' },
        items: [
          { id: 'a', title: '技术标', source: { kind: 'content', content: utf8Encode('one') } },
          { id: 'b', title: '商务标', source: { kind: 'file', file: page.stream(file) } },
          { id: 'c', title: '坏文件', source: { kind: 'file', file: broken } },
        ],
      });
      const window = await person.open();
      expect(await window.locator('ol.batch li').allTextContents()).toHaveLength(3);
      await submitPin(window, pin);
      const { items } = await signing;
      expect(items.map(({ outcome }) => outcome)).toEqual(['signed', 'signed', 'failed']);
      expect(items[2]).toMatchObject({ reason: { code: 'ERR_STREAM_BROKEN' } });
      const [first, second] = items;
      if (first?.outcome !== 'signed' || second?.outcome !== 'signed') throw new Error('not signed');
      const { report } = await page.call('verifyFile', { file: page.stream(file), message: second.message });
      expect(report.indication).toBe('indeterminate');
    }));

  it('of a batch that was interrupted are signed once: the rest follows when the same key is back', () =>
    withBidder({ signDelayMs: 700 }, async ({ page, person, key, tokens }) => {
      const items = Array.from({ length: 4 }, (_, index) => ({
        id: `i${index}`,
        title: `第 ${index} 项`,
        source: { kind: 'content', content: concatBytes(utf8Encode('item '), Uint8Array.of(48 + index)) },
      })) as never;
      const display = { title: '批量签名' };
      const first = failure(page.call('signBatch', { key: await key('SM2'), items, display }));
      const window = await person.open();
      await submitPin(window, pin);
      await page.nextEvent('operationProgress', 40_000);
      tokens.remove();
      const interrupted = (await first) as { code: string; params: { operation: string; done: number } };
      expect(interrupted).toFailWith('ERR_CALL_INTERRUPTED');
      const { operation, done } = interrupted.params;
      expect(done).toBeGreaterThan(0);
      tokens.insert();
      const rsa = failure(page.call('signBatch', { key: await key('RSA'), items, display, resume: operation }));
      expect(await rsa).toFailWith('ERR_CALL_PARAMS_INVALID');
      const second = page.call('signBatch', { key: await key('SM2'), items, display, resume: operation });
      const again = await person.open();
      expect(await again.locator('ol.batch li').count()).toBe(4 - done);
      await submitPin(again, pin);
      expect((await second).items.map(({ outcome }) => outcome)).toEqual(['signed', 'signed', 'signed', 'signed']);
    }));
});
