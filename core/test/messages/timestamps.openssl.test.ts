import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { utf8Encode } from '@onelock/core/bytes';
import {
  encodeTimestampRequest,
  parseTimestampRequest,
  parseTimestampResponse,
  requireGranted,
} from '@onelock/core/tsp';
import { judgeTimestamp, type TimestampReport } from '@onelock/core/validation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand, publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { anchor, loadCertificate } from '../support/certificates.ts';
import { ops } from '../support/engine.ts';
import { keyRing, name } from '../support/test-ca.ts';
import { authorityCertificate, granted, makeToken } from '../support/test-tsa.ts';

const content = utf8Encode('招标文件 tender\n'.repeat(20));

const configuration = (folder: string): string => `
[req]
distinguished_name = dn
[dn]
[tsa_cert]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = ${folder}/serial
signer_cert = ${folder}/tsa.pem
signer_key = ${folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512, sm3
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`;

requireReal('OpenSSL', opensslCommand())('time-stamps and OpenSSL', (openssl) => {
  let folder = '';
  const at = (file: string): string => path.join(folder, file);
  const run = (...args: readonly string[]): string =>
    execFileSync(openssl, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  const read = (file: string): Uint8Array => new Uint8Array(readFileSync(at(file)));

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-stamps-'));
    writeFileSync(at('tsa.cnf'), configuration(folder));
    writeFileSync(at('serial'), '01\n');
    writeFileSync(at('content'), content);
    const root = ['-keyout', at('root.key'), '-out', at('root.pem'), '-days', '30', '-subj', '/CN=Stamp Root'];
    run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...root);
    const request = ['-keyout', at('tsa.key'), '-out', at('tsa.csr'), '-subj', '/CN=Stamp Authority'];
    run('req', '-newkey', 'rsa:2048', '-nodes', ...request);
    const issue = ['-CA', at('root.pem'), '-CAkey', at('root.key'), '-CAcreateserial', '-days', '30'];
    const extensions = ['-extfile', at('tsa.cnf'), '-extensions', 'tsa_cert'];
    run('x509', '-req', '-in', at('tsa.csr'), '-out', at('tsa.pem'), ...issue, ...extensions);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const reply = (): Uint8Array => {
    run('ts', '-reply', '-config', at('tsa.cnf'), '-queryfile', at('query'), '-out', at('reply'));
    return read('reply');
  };

  const judge = (response: Uint8Array, material: object): TimestampReport =>
    judgeTimestamp(
      {
        token: requireGranted(parseTimestampResponse(response)),
        ...material,
        ...{ intermediates: [], trustAnchors: [anchor(loadCertificate(at('root.pem')))], at: new Date() },
        ...{ profile: 'rfc5280', revocation: 'none' },
      },
      ops,
    );

  it.each(['sha256', 'sha384', 'sha512', 'sm3'] as const)('its stamp over %s, for its question, passes', (digest) => {
    run('ts', '-query', '-data', at('content'), `-${digest}`, '-cert', '-out', at('query'));
    const request = parseTimestampRequest(read('query'));
    const report = judge(reply(), { content, request });
    expect(report).toMatchObject({
      indication: 'passed',
      accuracyMs: 1500,
      ordering: true,
      policy: '1.2.3.4.1',
      digestAlgorithm: digest,
      authority: { subject: 'CN=Stamp Authority' },
    });
  });

  it('answers our question, and the answer passes for it and for no other', () => {
    const question = {
      digestAlgorithm: 'sm3',
      digest: ops.digest('sm3', content),
      nonce: ops.random(8),
      policy: '1.2.3.4.1',
    } as const;
    const der = encodeTimestampRequest(question);
    writeFileSync(at('query'), der);
    const answer = reply();
    expect(judge(answer, { request: parseTimestampRequest(der) }).indication).toBe('passed');
    const other = encodeTimestampRequest({ ...question, nonce: ops.random(9) });
    expect(judge(answer, { request: parseTimestampRequest(other) })).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_TIMESTAMP_MISMATCH', params: { field: 'nonce' } },
    });
  });

  it('refuses what it does not do, and we say so', () => {
    const question = { digestAlgorithm: 'sm3', digest: ops.digest('sm3', content), policy: '1.2.3.9' } as const;
    writeFileSync(at('query'), encodeTimestampRequest(question));
    const response = parseTimestampResponse(reply());
    expect(response).toMatchObject({ status: 'rejection', failure: ['unacceptedPolicy'] });
    expect(() => requireGranted(response)).toFailWith('ERR_TIMESTAMP_REFUSED');
  });

  it('verifies a stamp of ours', () => {
    const keys = keyRing(ops, { kind: 'rsa', bits: 2048 });
    const issuer = { name: name('Ours'), key: keys('ours') };
    const certificate = authorityCertificate(issuer, keys('ours'));
    const nonce = Uint8Array.of(1, 2, 3);
    const digest = ops.digest('sha256', content);
    writeFileSync(at('query'), encodeTimestampRequest({ digestAlgorithm: 'sha256', digest, nonce }));
    const token = makeToken({ certificate, key: keys('ours'), content, digestAlgorithm: 'sha256', nonce });
    writeFileSync(at('ours'), granted(token));
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(certificate.der).toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
    writeFileSync(at('ours.pem'), pem);
    const check = ['ts', '-verify', '-in', at('ours'), '-CAfile', at('ours.pem'), '-partial_chain'];
    expect(run(...check, '-queryfile', at('query'))).toContain('OK');
    expect(run(...check, '-data', at('content'))).toContain('OK');
    writeFileSync(at('other'), 'other');
    expect(() => run(...check, '-data', at('other'))).toThrow();
  });
});

requireReal('published time-stamp', publishedVector('tsp/openssl-sectigo'))(
  'the published exchange with Sectigo',
  (folder) => {
    const file = (name_: string): string => path.join(folder, name_);
    const load = (name_: string): Uint8Array => new Uint8Array(readFileSync(file(name_)));
    const request = parseTimestampRequest(load('all-zero.tsq'));
    const token = requireGranted(parseTimestampResponse(load('sectigo-all-zero.tsr')));
    const intermediates = ['sectigo-time-stamping-ca.pem', 'user-trust-ca-aaa.pem', 'sectigo-signer.pem'].map((each) =>
      loadCertificate(file(each)),
    );
    const judge = (root: string, at: Date, material: object = { request }): TimestampReport =>
      judgeTimestamp(
        {
          ...{ token, intermediates, at, ...material },
          ...{ trustAnchors: [anchor(loadCertificate(file(root)))], profile: 'rfc5280', revocation: 'none' },
        },
        ops,
      );

    describe.each(['user-trust-ca.pem', 'comodo-aaa.pem'])('under %s', (root) => {
      it('passes at its own time', () => {
        expect(judge(root, token.info.time)).toMatchObject({
          indication: 'passed',
          time: '2021-02-16T15:42:47.000Z',
          accuracyMs: null,
          policy: '1.3.6.1.4.1.6449.2.1.1',
        });
      });

      it('fails before it was made, and for another question', () => {
        expect(judge(root, new Date('2021-02-16T15:42:46Z'))).toMatchObject({
          indication: 'failed',
          reason: { code: 'ERR_TIMESTAMP_MISMATCH', params: { field: 'genTime' } },
        });
        expect(judge(root, token.info.time, { content: new Uint8Array(1) })).toMatchObject({
          indication: 'failed',
          reason: { code: 'ERR_TIMESTAMP_MISMATCH', params: { field: 'messageImprint' } },
        });
      });
    });

    it('is not decided without an anchor that issued it', () => {
      expect(judge('sectigo-signer.pem', token.info.time, { request }).indication).not.toBe('failed');
    });
  },
);
