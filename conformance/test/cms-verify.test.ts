import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePem, encodePem } from '@onelock/core/bytes';
import { parseSignedData } from '@onelock/core/cms';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { judgeMessage } from '@onelock/core/validation';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { afterAll, describe, expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { onelock, onelockJson } from './onelock.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const vectors = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../vectors');
const message = (name: string): string => path.join(vectors, 'cms', name);
const certificate = (name: string): string => path.join(vectors, 'pki', `${name}.pem`);
const work = mkdtempSync(path.join(tmpdir(), 'onelock-cms-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface MessageCase {
  readonly file: string;
  readonly content: string;
  readonly trust: string;
  readonly expected: { readonly indication: string; readonly code?: string };
  readonly description: string;
}

const index = JSON.parse(readFileSync(message('index.json'), 'utf8')) as { at: string; cases: readonly MessageCase[] };

const pemCertificate = (name: string): Certificate => {
  const [block] = decodePem(readFileSync(certificate(name), 'utf8'));
  if (block === undefined) throw new Error(`${name} holds no certificate`);
  return parseCertificate(block.bytes);
};
const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(message(name)));

describe('messages made with OpenSSL', () => {
  const ops = createNodeCrypto();

  it.each(index.cases)('$file, content $content: $expected.indication ($description)', (messageCase) => {
    const { file, content, trust, expected } = messageCase;
    const report = judgeMessage(
      {
        message: parseSignedData(bytes(file)),
        content: content.endsWith('.bin') ? bytes(content) : undefined,
        intermediates: [],
        trustAnchors: [{ kind: 'certificate', certificate: pemCertificate(trust) }],
        at: new Date(index.at),
        profile: 'rfc5280',
        revocation: 'if-available',
      },
      ops,
    );
    expect({ indication: report.indication, code: report.reason?.code }).toEqual({ code: undefined, ...expected });
  });
});

describe('onelock cms verify', () => {
  it.each([
    { file: 'sm2-detached.p7', content: 'content.bin', status: 0, indication: 'passed' },
    { file: 'sm2-detached.p7', content: 'other.bin', status: 1, indication: 'failed' },
    { file: 'sm2-detached.p7', content: undefined, status: 1, indication: 'indeterminate' },
  ])('ends with $status for a detached message and content $content', ({ file, content, status, indication }) => {
    const outcome = onelockJson([
      ...['cms', 'verify', message(file), '--trust', certificate('sm2/root'), '--at', index.at],
      ...(content === undefined ? [] : ['--content', message(content)]),
    ]);
    expect({ status: outcome.status, indication: outcome.value.indication }).toEqual({ status, indication });
  });

  it('gives one verdict per signer and passes as a whole when every one does', () => {
    const args = [
      ...['cms', 'verify', message('two-signers.p7'), '--at', index.at],
      ...['--trust', certificate('rsa/root'), '--trust', certificate('p256/root')],
      ...['--intermediate', certificate('p256/intermediate')],
    ];
    const { status, value } = onelockJson(args);
    expect(status).toBe(0);
    expect(value.signers).toMatchObject([{ indication: 'passed' }, { indication: 'passed' }]);
  });

  it('cannot decide about a signer without any anchor', () => {
    const { status, value } = onelockJson(['cms', 'verify', message('sm2-attached.p7'), '--at', index.at]);
    expect(status).toBe(1);
    expect(value.indication).toBe('indeterminate');
  });

  it('says who signed, when by their own word, and draws the path', () => {
    const args = ['cms', 'verify', message('sm2-attached.p7'), '--trust', certificate('sm2/root'), '--at', index.at];
    const { status, stdout } = onelock(args, { LANG: 'zh_CN.UTF-8' });
    expect(status).toBe(0);
    expect(stdout).toContain('✔ 通过');
    expect(stdout).toContain('签名者 1');
    expect(stdout).toContain('声称的签名时间：2026-06-01T00:00:00');
    expect(stdout).toContain('信任锚');
  });

  it('takes a message in PEM', () => {
    const pem = path.join(work, 'message.pem');
    writeFileSync(pem, encodePem('PKCS7', new Uint8Array(readFileSync(message('rsa-attached.p7')))));
    const args = ['cms', 'verify', pem, '--trust', certificate('rsa/root'), '--at', index.at];
    expect(onelock(args).status).toBe(0);
  });

  it('ends with 2 for a message that is cut short, with the code', () => {
    const short = path.join(work, 'short.p7');
    writeFileSync(short, readFileSync(message('sm2-attached.p7')).subarray(0, -5));
    const { status, stderr } = onelock(['cms', 'verify', short, '--trust', certificate('sm2/root')]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/\[ERR_(DER|CMS)_\w+\]/);
  });

  it('ends with 2 for content that cannot be read', () => {
    const args = ['cms', 'verify', message('sm2-detached.p7'), '--content', path.join(work, 'nowhere')];
    const { status, stderr } = onelock([...args, '--trust', certificate('sm2/root')]);
    expect(status).toBe(2);
    expect(stderr).toContain('[ERR_CLI_FILE_UNREADABLE]');
  });
});

describe('onelock cms inspect', () => {
  it('tells what is in a message without judging it', () => {
    const { status, value } = onelockJson(['cms', 'inspect', message('sm2-tampered.p7')]);
    expect(status).toBe(0);
    expect(value).toMatchObject({
      family: 'gm',
      contentType: 'gmData',
      contentBytes: 69,
      signers: [{ digestAlgorithm: 'sm3', signatureAlgorithm: 'sm2Sign' }],
    });
    expect(value.certificates).toHaveLength(2);
  });
});

requireReal('published cases', publishedVector('gm-x509'))('messages of the field', (folder) => {
  it('can be inspected: a GM/T 0010 message of a vendor', () => {
    const { status, value } = onelockJson(['cms', 'inspect', path.join(folder, 'vendor-INFOSEC-SM2ID-signed.p7')]);
    expect(status).toBe(0);
    expect(value).toMatchObject({ family: 'gm', signers: [{ digestAlgorithm: 'sm3' }] });
  });
});
