import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem, utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, expect, it } from 'vitest';
import { opensslCommand } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';

requireReal('OpenSSL', opensslCommand())('RSA-PSS against the command of OpenSSL', (openssl) => {
  const ops = createNodeCrypto();
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-pss-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'rsa', bits: 2048 });
  const keyFile = path.join(folder, 'key.pem');
  const messageFile = path.join(folder, 'message');
  writeFileSync(keyFile, encodePem('PRIVATE KEY', privateKey.pkcs8));
  writeFileSync(messageFile, 'tender');

  it.each([
    ['sha256', 'sha256', 32],
    ['sha256', 'sha1', 20],
    ['sha1', 'sha256', 0],
    ['sha512', 'sha384', 64],
  ] as const)('verifies %s with mask %s and salt %i, and no other parameters', (digest, mgf1Digest, saltLength) => {
    const options = [`rsa_padding_mode:pss`, `rsa_mgf1_md:${mgf1Digest}`, `rsa_pss_saltlen:${saltLength}`];
    const signature = execFileSync(openssl, [
      ...['pkeyutl', '-sign', '-rawin', '-digest', digest, '-inkey', keyFile, '-in', messageFile],
      ...options.flatMap((option) => ['-pkeyopt', option]),
    ]);
    const verify = (parameters: { digest?: 'sha224'; mgf1Digest?: 'sha224'; saltLength?: number }): boolean =>
      ops.verify(
        publicKey,
        { kind: 'rsa-pss', digest, mgf1Digest, saltLength, ...parameters },
        utf8Encode('tender'),
        signature,
      );
    expect(verify({})).toBe(true);
    expect(verify({ digest: 'sha224' })).toBe(false);
    expect(verify({ mgf1Digest: 'sha224' })).toBe(false);
    expect(verify({ saltLength: saltLength + 1 })).toBe(false);
  });
});
