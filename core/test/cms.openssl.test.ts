import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkSigners, parseSignedData, prepareSignedData } from '@onelock/core/cms';
import { parsePrivateKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { ownCertificate, ownKey, ownPki } from './support/certificates.ts';

const ops = createNodeCrypto();
const content = new TextEncoder().encode('投标文件 bid document\n'.repeat(50));

requireReal('OpenSSL', opensslCommand())('signed messages and OpenSSL', (openssl) => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-cms-'));
    writeFileSync(path.join(folder, 'content'), content);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const at = (file: string): string => path.join(folder, file);
  const pem = (name: string): string => path.join(ownPki, `${name}.pem`);
  const run = (...args: readonly string[]): Buffer =>
    execFileSync(openssl, args, { stdio: ['ignore', 'pipe', 'pipe'] });

  function ownMessage(name: string, detached: boolean): Uint8Array {
    const certificate = ownCertificate(name);
    const signingTime = new Date('2026-06-01T08:00:00Z');
    const chain = [ownCertificate(name.replace('leaf', 'intermediate'))];
    const prepared = prepareSignedData({ content, detached, certificate, chain, signingTime }, ops);
    return prepared.assemble(ops.sign(parsePrivateKey(ownKey(name)), prepared.algorithm, prepared.toBeSigned));
  }

  describe.each(['rsa/leaf', 'p256/leaf'])('a message of ours by %s', (name) => {
    const root = pem(name.replace('leaf', 'root'));
    const verify = [
      '-verify',
      '-inform',
      'DER',
      '-binary',
      '-CAfile',
      root,
      '-purpose',
      'any',
      '-attime',
      '1780300800',
    ];

    it('is accepted by openssl cms, attached', () => {
      writeFileSync(at('attached.p7'), ownMessage(name, false));
      expect(new Uint8Array(run('cms', ...verify, '-in', at('attached.p7')))).toEqual(content);
    });

    it('is accepted by openssl cms, detached, and not with other content', () => {
      writeFileSync(at('detached.p7'), ownMessage(name, true));
      const detached = ['cms', ...verify, '-in', at('detached.p7'), '-content'];
      expect(new Uint8Array(run(...detached, at('content')))).toEqual(content);
      writeFileSync(at('other'), 'other');
      expect(() => run(...detached, at('other'))).toThrow();
    });

    it('is accepted by the older PKCS#7 reader as well', () => {
      writeFileSync(at('attached.p7'), ownMessage(name, false));
      expect(new Uint8Array(run('smime', ...verify, '-in', at('attached.p7')))).toEqual(content);
    });
  });

  it('agrees with OpenSSL about what an SM2 message signs: ZA with the default id over the attributes', () => {
    const [signer] = parseSignedData(ownMessage('sm2/leaf', false)).signers;
    writeFileSync(at('attributes'), signer?.signedAttributesDer ?? new Uint8Array());
    writeFileSync(at('signature'), signer?.signature ?? new Uint8Array());
    const args = ['pkeyutl', '-verify', '-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
    const files = ['-certin', '-inkey', pem('sm2/leaf'), '-in', at('attributes'), '-sigfile', at('signature')];
    expect(run(...args, ...files).toString()).toContain('Signature Verified Successfully');
  });

  describe('a message by OpenSSL', () => {
    const sign = (options: readonly string[], ...names: readonly string[]): Uint8Array => {
      const signers = names.flatMap((name) => [
        '-signer',
        pem(name),
        '-inkey',
        path.join(ownPki, `${name}.test-key.pem`),
      ]);
      const args = ['cms', '-sign', '-binary', '-outform', 'DER', '-in', at('content'), ...signers, ...options];
      return new Uint8Array(run(...args));
    };
    const verdicts = (der: Uint8Array, given?: Uint8Array): readonly string[] =>
      checkSigners(parseSignedData(der), { content: given }, ops).map(({ verdict }) =>
        verdict.indication === 'passed' ? 'passed' : verdict.reason.code,
      );
    const attached = ['-nodetach'];

    it.each([
      ['RSA', attached, ['rsa/leaf']],
      ['ECDSA', attached, ['p256/leaf']],
      ['RSA named by its subject key identifier', [...attached, '-keyid'], ['rsa/leaf']],
      ['RSA without attributes', [...attached, '-noattr'], ['rsa/leaf']],
      ['ECDSA without attributes', [...attached, '-noattr'], ['p256/leaf']],
      ['RSA with SHA-384', [...attached, '-md', 'sha384'], ['rsa/leaf']],
      ['RSASSA-PSS', [...attached, '-keyopt', 'rsa_padding_mode:pss'], ['rsa/leaf']],
      ['RSA in BER of open lengths', [...attached, '-stream'], ['rsa/leaf']],
      ['a CAdES signer, who names the certificate', [...attached, '-cades'], ['rsa/leaf']],
    ])('passes: %s', (_title, options, names) => {
      expect(verdicts(sign(options, ...names))).toEqual(['passed']);
    });

    it('passes with its content beside it, and fails with other content or none', () => {
      const detached = sign([], 'rsa/leaf');
      expect(verdicts(detached, content)).toEqual(['passed']);
      expect(verdicts(detached, content.subarray(1))).toEqual(['ERR_CMS_DIGEST_MISMATCH']);
      expect(verdicts(detached)).toEqual(['ERR_CMS_CONTENT_ABSENT']);
    });

    it('is read in BER too, where lengths are open and the content is cut into pieces', () => {
      const streamed = sign([...attached, '-stream'], 'rsa/leaf');
      expect([...streamed.subarray(0, 2)]).toEqual([0x30, 0x80]);
      expect(parseSignedData(streamed).content).toEqual(content);
    });

    it('passes for each of several signers', () => {
      expect(verdicts(sign(attached, 'rsa/leaf', 'p256/leaf'))).toEqual(['passed', 'passed']);
    });

    it('waits for the certificate when it is not inside', () => {
      const bare = sign([...attached, '-nocerts'], 'rsa/leaf');
      expect(verdicts(bare)).toEqual(['ERR_CMS_SIGNER_CERTIFICATE_ABSENT']);
      const [check] = checkSigners(parseSignedData(bare), { certificates: [ownCertificate('rsa/leaf')] }, ops);
      expect(check?.verdict).toEqual({ indication: 'passed' });
    });

    it('fails when any one byte of its signed part is changed', () => {
      const message = sign([...attached, '-nosmimecap'], 'p256/leaf');
      const signedFrom = message.length - 200;
      const passed: number[] = [];
      for (let index = signedFrom; index < message.length; index += 3) {
        const changed = Uint8Array.from(message);
        changed[index] = (changed[index] ?? 0) ^ 0x04;
        if (survives(changed)) passed.push(index);
      }
      expect(passed).toEqual([]);
    });

    function survives(der: Uint8Array): boolean {
      try {
        return verdicts(der).every((verdict) => verdict === 'passed');
      } catch (error) {
        if (!isCodedError(error)) throw error;
        return false;
      }
    }
  });

  it('reads nothing but what it wrote: the file is the same bytes after parsing', () => {
    writeFileSync(at('same.p7'), ownMessage('rsa/leaf', false));
    const bytes = new Uint8Array(readFileSync(at('same.p7')));
    const before = Uint8Array.from(bytes);
    checkSigners(parseSignedData(bytes), {}, ops);
    expect(bytes).toEqual(before);
  });
});
