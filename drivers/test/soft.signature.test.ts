import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem, utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { parseCertificate } from '@onelock/core/x509';
import { expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startHostedDriver } from '../src/host/index.ts';
import type { DeviceId } from '../src/port/index.ts';
import { pinOf } from './driver-suite.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';
import { sm2Identity } from './test-keys.ts';

requireReal('OpenSSL', opensslCommand())("a soft token's SM2 signature, to OpenSSL", (openssl) => {
  it('is one by the standard user id, and none by another id or of another message', async () => {
    const { folder, remove } = newTokenFolder();
    const work = mkdtempSync(path.join(tmpdir(), 'onelock-sm2-'));
    await writeTestToken(folder);
    const driver = await startHostedDriver({ id: 'soft', family: 'soft', folder });
    try {
      const message = utf8Encode('投标文件：金额 1,234,567.89 元');
      const session = await driver.openSession('demo' as DeviceId, pinOf('123456'));
      const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
      const signature = await driver.sign(session, sm2Identity.id, algorithm, { kind: 'message', bytes: message });
      const { spki } = parseCertificate(sm2Identity.signing.certificate);
      writeFileSync(path.join(work, 'key.pem'), encodePem('PUBLIC KEY', spki));
      writeFileSync(path.join(work, 'sig.der'), signature);
      writeFileSync(path.join(work, 'message'), message);
      writeFileSync(path.join(work, 'other'), utf8Encode('投标文件：金额 1,234,567.88 元'));
      const verify = (file: string, id: string): string => {
        const parts = `pkeyutl -verify -rawin -digest sm3 -pubin -inkey key.pem -sigfile sig.der -in ${file}`;
        try {
          return execFileSync(openssl, [...parts.split(' '), '-pkeyopt', `distid:${id}`], { cwd: work }).toString();
        } catch (error) {
          return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
        }
      };
      expect(verify('message', '1234567812345678')).toContain('Signature Verified Successfully');
      expect(verify('message', '8765432187654321')).toContain('Signature Verification Failure');
      expect(verify('other', '1234567812345678')).toContain('Signature Verification Failure');
    } finally {
      await driver.close();
      remove();
      rmSync(work, { recursive: true });
    }
  });
});
