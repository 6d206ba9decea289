import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePem, encodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { judgeCertificate } from '@onelock/core/validation';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { afterAll, describe, expect, it } from 'vitest';
import { makeCrl } from '../../core/test/support/test-crl.ts';
import { makeResponse } from '../../core/test/support/test-ocsp.ts';
import { certValidate } from '../src/commands/cert-validate.ts';
import type { CommandContext } from '../src/commands/command.ts';
import { onelock, onelockJson } from './onelock.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const pki = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../vectors/pki');
const file = (name: string): string => path.join(pki, `${name}.pem`);
const work = mkdtempSync(path.join(tmpdir(), 'onelock-cli-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface PkiCase {
  readonly id: string;
  readonly leaf: string;
  readonly intermediates: readonly string[];
  readonly trust: readonly string[];
  readonly at: string;
  readonly expected: { readonly indication: string; readonly code?: string };
}

const { cases } = JSON.parse(readFileSync(path.join(pki, 'index.json'), 'utf8')) as { cases: readonly PkiCase[] };

function certificate(name: string): Certificate {
  const [block] = decodePem(readFileSync(file(name), 'utf8'));
  if (block === undefined) throw new Error(`${name} holds no certificate`);
  return parseCertificate(block.bytes);
}

describe('certificates made by OpenSSL', () => {
  const ops = createNodeCrypto();

  it.each(cases)('$id ends as its table says', ({ leaf, intermediates, trust, at, expected }) => {
    const report = judgeCertificate(
      {
        certificate: certificate(leaf),
        intermediates: intermediates.map(certificate),
        trustAnchors: trust.map((name) => ({ kind: 'certificate', certificate: certificate(name) })),
        at: new Date(at),
        profile: 'rfc5280',
        revocation: 'if-available',
      },
      ops,
    );
    expect({ indication: report.indication, code: report.reason?.code }).toEqual({ code: undefined, ...expected });
  });
});

describe('onelock cert validate with revocation evidence', () => {
  const ops = createNodeCrypto();
  const issuer = certificate('p256/intermediate');
  const [keyBlock] = decodePem(readFileSync(file('p256/intermediate.test-key'), 'utf8'));
  const key = {
    privateKey: { kind: 'ec', pkcs8: keyBlock?.bytes ?? new Uint8Array(0) },
    publicKey: issuer.publicKey,
  } as const;
  const signer = { name: issuer.subjectDer, key };
  const leaf = certificate('p256/leaf');
  const written = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(path.join(work, name), bytes);
    return path.join(work, name);
  };
  const good = written('good.crl', makeCrl({ issuer: signer }, ops));
  const entries = [{ serial: BigInt(`0x${leaf.serialNumber}`), reason: 1 }];
  const bad = written('bad.pem', encodePem('X509 CRL', makeCrl({ issuer: signer, entries }, ops)));
  const response = written('good.ors', makeResponse({ leaf, issuer, key }, ops));
  const ask = (...options: readonly string[]) =>
    onelockJson([
      ...['cert', 'validate', file('p256/leaf'), '--intermediate', file('p256/intermediate')],
      ...['--trust', file('p256/root'), '--at', '2026-06-01T00:00:00Z', ...options],
    ]);

  it('says what decided', () => {
    expect(ask('--crl', bad)).toMatchObject({
      status: 1,
      value: { indication: 'failed', reason: { code: 'ERR_REVOCATION_REVOKED', params: { reason: 'keyCompromise' } } },
    });
    expect(ask('--crl', good)).toMatchObject({
      status: 0,
      value: { revocation: { checked: true, source: 'crl' } },
    });
    expect(ask('--ocsp', response)).toMatchObject({
      status: 0,
      value: { revocation: { checked: true, source: 'ocsp' } },
    });
    expect(ask('--crl', bad, '--revocation', 'none')).toMatchObject({ status: 0 });
    expect(ask('--crl', good, '--revocation', 'require')).toMatchObject({
      status: 1,
      value: { indication: 'indeterminate', reason: { params: { cause: 'ERR_REVOCATION_NOT_AVAILABLE' } } },
    });
  });
});

describe('onelock cert validate', () => {
  const chain = (family: string): readonly string[] => [
    ...['cert', 'validate', file(`${family}/leaf`)],
    ...['--intermediate', file(`${family}/intermediate`), '--trust', file(`${family}/root`)],
  ];

  it('passes a good SM2 chain with 0, draws the path and says that revocation was not checked', () => {
    const { status, stdout } = onelock(chain('sm2'), { LANG: 'zh_CN.UTF-8' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^✔ 通过 {2}.*贵州一锁通测试工程有限公司/);
    expect(stdout).toMatch(/└─ .*一锁通测试运营 CA SM2.*中间证书/);
    expect(stdout).toMatch(/ {3}└─ .*一锁通测试根 CA SM2.*信任锚/);
    expect(stdout).toContain('吊销状态：未核查');
  });

  it('speaks English where the terminal does, and what --lang says before that', () => {
    expect(onelock(chain('rsa')).stdout).toMatch(/^✔ passed/);
    expect(onelock([...chain('rsa'), '--lang', 'zh-CN']).stdout).toMatch(/^✔ 通过/);
  });

  it('explains on request: every constraint with its clause, and what was tolerated', () => {
    const { status, value } = onelockJson([...chain('sm2'), '--explain']);
    expect(status).toBe(0);
    expect(value).toMatchObject({
      report: { indication: 'passed' },
      checked: expect.arrayContaining([
        expect.objectContaining({ constraint: 'validity', clause: 'RFC 5280 §6.1.3 (a) (2)', satisfied: true }),
      ]),
      tolerated: [],
    });
    expect(onelock([...chain('sm2'), '--explain']).stdout).toContain('✔ path-length');
    expect(onelock(['cert', 'inspect', '--explain', 'x']).status).toBe(2);
  });

  it('prints one object for --json', () => {
    const { status, value } = onelockJson(chain('rsa'));
    expect(status).toBe(0);
    expect(value).toMatchObject({ indication: 'passed', profile: 'rfc5280', revocation: { checked: false } });
    expect(value.path).toHaveLength(3);
  });

  it('fails with 1 and the reason when the time is past the end', () => {
    const { status, value } = onelockJson([...chain('sm2'), '--at', '2070-01-01']);
    expect(status).toBe(1);
    expect(value).toMatchObject({ indication: 'failed', reason: { code: 'ERR_PATH_EXPIRED' } });
  });

  it('says the reason in words, with its code and the certificate at fault', () => {
    const { status, stdout } = onelock(
      [
        'cert',
        'validate',
        file('sm2/empty-id'),
        '--intermediate',
        file('sm2/intermediate'),
        '--trust',
        file('sm2/root'),
      ],
      { LANG: 'zh_CN.UTF-8' },
    );
    expect(status).toBe(1);
    expect(stdout).toContain('✘ 未通过');
    expect(stdout).toContain('证书签名不正确');
    expect(stdout).toContain('[ERR_PATH_SIGNATURE_INVALID]');
    expect(stdout).toContain('问题证书');
  });

  it('cannot decide, and ends with 1, when revocation must be known and is not', () => {
    const { status, value } = onelockJson([...chain('p256'), '--revocation', 'require']);
    expect(status).toBe(1);
    expect(value).toMatchObject({ indication: 'indeterminate', reason: { code: 'ERR_REVOCATION_UNKNOWN' } });
  });

  it('judges by the profile that is asked for', () => {
    const { status, value } = onelockJson([...chain('rsa'), '--profile', 'gm-sign']);
    expect(status).toBe(1);
    expect(value).toMatchObject({ reason: { code: 'ERR_PATH_ALGORITHM_WEAK' } });
  });

  it('takes DER as it takes PEM, told apart by content and not by name', () => {
    const der = path.join(work, 'leaf.pem');
    writeFileSync(der, certificate('sm2/leaf').der);
    const args = ['cert', 'validate', der, '--intermediate', file('sm2/intermediate'), '--trust', file('sm2/root')];
    expect(onelock(args).status).toBe(0);
  });

  it('takes PEM as an editor on Windows leaves it, with a byte order mark and CR LF', () => {
    const pem = path.join(work, 'windows.cer');
    writeFileSync(pem, `\uFEFF${readFileSync(file('sm2/leaf'), 'utf8').replaceAll('\n', '\r\n')}`);
    const args = ['cert', 'validate', pem, '--intermediate', file('sm2/intermediate'), '--trust', file('sm2/root')];
    expect(onelock(args).status).toBe(0);
  });

  it('takes the certificates that follow the first in a PEM file as intermediates', () => {
    const bundle = path.join(work, 'bundle.pem');
    writeFileSync(bundle, ['sm2/leaf', 'sm2/intermediate'].map((name) => readFileSync(file(name), 'utf8')).join('\n'));
    expect(onelock(['cert', 'validate', bundle, '--trust', file('sm2/root')]).status).toBe(0);
  });

  it('takes several files after one option', () => {
    const args = ['cert', 'validate', file('sm2/sub-leaf'), '--trust', file('rsa/root'), file('sm2/root')];
    const { value } = onelockJson([...args, '--intermediate', file('sm2/sub-intermediate'), file('sm2/intermediate')]);
    expect(value.reason?.code).toBe('ERR_PATH_LENGTH_EXCEEDED');
  });

  const hostile = path.resolve(pki, '../hostile/x509');
  it.each([
    'empty.der',
    'trailing-byte.der',
    'truncated-half.der',
    'deep-1000.der',
    'length-huge.der',
    'time-month-13.der',
  ])('refuses the malformed %s with 2, a code and no stack trace', (name) => {
    const { status, stdout, stderr } = onelock([
      'cert',
      'validate',
      path.join(hostile, name),
      '--trust',
      file('rsa/root'),
    ]);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/\[ERR_(DER|X509)_\w+\]/);
    expect(stderr).not.toMatch(/\bat .*\.ts:\d+/);
  });

  it('says where a malformed certificate is broken, as JSON too', () => {
    const { status, value } = onelockJson([
      ...['cert', 'validate', path.join(hostile, 'trailing-byte.der'), '--trust', file('rsa/root')],
    ]);
    expect(status).toBe(2);
    expect(value.error).toMatchObject({
      code: 'ERR_DER_TRAILING_DATA',
      params: { offset: certificate('rsa/leaf').der.length },
    });
  });

  it('refuses a malformed trust anchor with 2', () => {
    const { status, stderr } = onelock([
      'cert',
      'validate',
      file('rsa/leaf'),
      '--trust',
      path.join(hostile, 'trailing-byte.der'),
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('ERR_DER_TRAILING_DATA');
  });

  it.each([
    { what: 'no leaf', words: [] },
    { what: 'no anchor', words: [file('rsa/leaf')] },
    { what: 'an unknown option', words: [...chain('rsa').slice(2), '--no-such-option'] },
    { what: 'an option without its value', words: [...chain('rsa').slice(2), '--at'] },
    { what: 'an unknown profile', words: [...chain('rsa').slice(2), '--profile', 'lenient'] },
    { what: 'an unknown mode of revocation', words: [...chain('rsa').slice(2), '--revocation', 'perhaps'] },
    { what: 'a time that is none', words: [...chain('rsa').slice(2), '--at', 'tomorrow'] },
    { what: 'a day that does not exist', words: [...chain('rsa').slice(2), '--at', '2026-02-30'] },
    { what: 'two profiles', words: [...chain('rsa').slice(2), '--profile', 'rfc5280', '--profile', 'bidding'] },
    { what: 'one word too many', words: [file('rsa/leaf'), file('rsa/leaf'), '--trust', file('rsa/root')] },
    { what: 'an anchor file without a certificate', words: [file('rsa/leaf'), '--trust', file('rsa/leaf.test-key')] },
  ])('takes $what for wrong use', ({ words }) => {
    const context: CommandContext = { locale: 'en', json: false, now: new Date(), write: () => expect.unreachable() };
    expect(() => certValidate(words, context)).toFailWith('ERR_CLI_USAGE');
  });

  it.each([['cert', 'validate'], ['cert', 'forge'], ['forge']])(
    'ends with 2 for wrong use and says what is right: %s %s',
    (...args) => {
      const { status, stdout, stderr } = onelock(args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^onelock: .*\[ERR_CLI_USAGE\]/);
      expect(stderr).toContain('Usage:');
    },
  );

  it('ends with 2 for a file that is not there', () => {
    const { status, stderr } = onelock([
      'cert',
      'validate',
      path.join(work, 'nowhere.pem'),
      '--trust',
      file('rsa/root'),
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('[ERR_CLI_FILE_UNREADABLE]');
  });
});

describe('onelock cert inspect', () => {
  it('tells what is in a certificate, the credit code with its check digit', () => {
    const { status, stdout } = onelock(['cert', 'inspect', file('sm2/leaf')], { LANG: 'zh_CN.UTF-8' });
    expect(status).toBe(0);
    expect(stdout).toContain('公钥：SM2');
    expect(stdout).toContain('统一社会信用代码：91520100MA6TX0004T (校验位正确)');
    expect(stdout).toContain('digitalSignature');
  });

  it('prints every certificate of a file for --json', () => {
    const { status, value } = onelockJson(['cert', 'inspect', file('p256/server')]);
    expect(status).toBe(0);
    expect(value.certificates).toMatchObject([
      { publicKey: 'EC p256', subjectAltName: ['dns:localhost', 'dns:service.onelock.test', 'ip:127.0.0.1'] },
    ]);
  });

  it('never prints the identity number of a person', () => {
    const asText = onelock(['cert', 'inspect', file('sm2/person')]);
    const asJson = onelock(['cert', 'inspect', file('sm2/person'), '--json']);
    const number = '999999199001010016';
    const printed = asText.stdout + asJson.stdout;
    expect(asText.status).toBe(0);
    expect(printed).not.toContain(number);
    expect(printed).not.toContain(Buffer.from(number).toString('hex'));
  });
});

describe('onelock', () => {
  it('prints its usage for --help with 0, and without any word with 2', () => {
    expect(onelock(['--help'])).toMatchObject({ status: 0, stderr: '' });
    expect(onelock([]).status).toBe(2);
  });
});
