import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { derOctetString, oids } from '@onelock/core/asn1';
import { decodePem, encodePem } from '@onelock/core/bytes';
import type { KeyKind } from '@onelock/core/crypto';
import { decryptPrivateKey, openPkcs12 } from '@onelock/core/pkcs12';
import {
  formatName,
  parseCertificateRequest,
  prepareCertificateRequest,
  verifyCertificateRequest,
} from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { engine, ops } from '../support/engine.ts';
import { name } from '../support/test-ca.ts';

requireReal('OpenSSL', opensslCommand())('key files, requests and OpenSSL', (openssl) => {
  let folder = '';
  const at = (file: string): string => path.join(folder, file);
  const run = (...args: readonly string[]): string =>
    execFileSync(openssl, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  const read = (file: string): Uint8Array => new Uint8Array(readFileSync(at(file)));

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-key-files-'));
    const files = ['-keyout', at('key.pem'), '-out', at('certificate.pem')];
    run(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-utf8',
      '-subj',
      '/CN=一',
      ...files,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const algorithms = ['aes-128-cbc', 'aes-256-cbc', 'PBE-SHA1-3DES'];
  it.each(algorithms)('a PKCS#12 file by OpenSSL opens: %s', (algorithm) => {
    const how = ['-keypbe', algorithm, '-certpbe', algorithm, '-name', '我的钥匙', '-passout', 'pass:口令 pass'];
    run('pkcs12', '-export', '-in', at('certificate.pem'), '-inkey', at('key.pem'), '-out', at('file.p12'), ...how);
    const opened = openPkcs12(read('file.p12'), '口令 pass', engine);
    expect(opened).toMatchObject({ authenticated: true, unread: [] });
    expect(opened.keys.map(({ privateKey, friendlyName }) => [privateKey.kind, friendlyName])).toEqual([
      ['ec', '我的钥匙'],
    ]);
    expect(opened.certificates.map(({ certificate }) => formatName(certificate.subject))).toEqual(['CN=一']);
    expect(opened.certificates[0]?.localKeyId).toEqual(opened.keys[0]?.localKeyId);
  });

  it.each([
    ['SHA-256', ['-macalg', 'sha256']],
    ['SHA-512', ['-macalg', 'sha512']],
    ['no MAC at all', ['-nomac']],
  ])('a PKCS#12 file by OpenSSL opens: %s', (_title, how) => {
    const files = ['-in', at('certificate.pem'), '-inkey', at('key.pem'), '-out', at('file.p12')];
    run('pkcs12', '-export', ...files, '-passout', 'pass:x', ...how);
    const opened = openPkcs12(read('file.p12'), 'x', engine);
    expect([opened.authenticated, opened.keys.length]).toEqual([how[0] !== '-nomac', 1]);
    expect(() => openPkcs12(read('file.p12'), 'y', engine)).toFailWith('ERR_KEY_FILE_PASSWORD_WRONG');
  });

  it.each([
    ['AES-256 and SHA-256', ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA256']],
    ['AES-128 and SHA-1', ['-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA1']],
    ['AES-192 and SHA-512', ['-v2', 'aes-192-cbc', '-v2prf', 'hmacWithSHA512']],
    ['triple DES', ['-v2', 'des3']],
    ['PKCS#12 derivation', ['-v1', 'PBE-SHA1-3DES']],
    ['SM4', ['-v2', 'sm4-cbc']],
    ['a hundred thousand iterations', ['-v2', 'aes-256-cbc', '-iter', '100000']],
  ])('an encrypted PKCS#8 key by OpenSSL opens: %s', (_title, how) => {
    const files = ['-in', at('key.pem'), '-outform', 'DER', '-out', at('key.p8')];
    run('pkcs8', '-topk8', ...files, '-passout', 'pass:口令', ...how);
    expect(decryptPrivateKey(read('key.p8'), '口令', engine).kind).toBe('ec');
    expect(() => decryptPrivateKey(read('key.p8'), '口 令', engine)).toFailWith('ERR_KEY_FILE_PASSWORD_WRONG');
  });

  describe.each<[string, KeyKind]>([
    ['SM2', { kind: 'sm2' }],
    ['RSA', { kind: 'rsa', bits: 2048 }],
    ['P-256', { kind: 'ec', curve: 'p256' }],
    ['P-384', { kind: 'ec', curve: 'p384' }],
  ])('a request of %s', (_title, kind) => {
    const { privateKey, publicKey } = ops.generateKeyPair(kind);
    const subjectDer = name([oids.countryName, 'CN'], '某某公司');
    const extensions = [
      { oid: oids.subjectKeyIdentifier, critical: false, value: derOctetString(Uint8Array.of(1, 2)) },
    ];
    const make = (): Uint8Array => {
      const prepared = prepareCertificateRequest({ subjectDer, publicKey, extensions }, ops);
      return prepared.assemble(ops.sign(privateKey, prepared.algorithm, prepared.toBeSigned));
    };

    it('reads back as it was made, and proves possession', () => {
      const request = parseCertificateRequest(make());
      expect(verifyCertificateRequest(request, ops)).toBe(true);
      expect(formatName(request.subject)).toBe('CN=某某公司,C=CN');
      expect(request.requestedExtensions).toMatchObject(extensions);
    });

    it('is accepted by openssl req', () => {
      writeFileSync(at('ours.csr'), encodePem('CERTIFICATE REQUEST', make()));
      const id = kind.kind === 'sm2' ? ['-vfyopt', 'distid:1234567812345678'] : [];
      expect(run('req', '-in', at('ours.csr'), '-verify', '-noout', '-subject', ...id)).toContain('CN');
    });

    it('does not leave with a signature by another key', () => {
      const prepared = prepareCertificateRequest({ subjectDer, publicKey }, ops);
      const stranger = ops.generateKeyPair(kind).privateKey;
      const signature = ops.sign(stranger, prepared.algorithm, prepared.toBeSigned);
      expect(() => prepared.assemble(signature)).toFailWith('ERR_SIGNATURE_INVALID');
    });
  });

  it.each([
    ['RSA', ['RSA'], []],
    ['P-256', ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], []],
    ['SM2', ['SM2'], ['-sm3', '-sigopt', 'distid:1234567812345678']],
  ])('a request by OpenSSL proves possession: %s', (_title, kind, options) => {
    run('genpkey', '-out', at('new.key'), '-algorithm', ...kind);
    const files = ['-key', at('new.key'), '-out', at('new.csr'), '-addext', 'subjectAltName=DNS:a.example'];
    run('req', '-new', '-subj', '/CN=a', ...files, ...options);
    const [block] = decodePem(readFileSync(at('new.csr'), 'utf8'));
    const request = parseCertificateRequest(block?.bytes ?? new Uint8Array());
    expect(verifyCertificateRequest(request, ops)).toBe(true);
    expect(request.requestedExtensions.map(({ oid }) => oid)).toEqual([oids.subjectAltName]);
  });
});
