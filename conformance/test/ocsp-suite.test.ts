import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Certificate } from '@onelock/core/x509';
import { afterAll, describe, expect, it } from 'vitest';
import {
  basicConstraints,
  extendedKeyUsage,
  keyRing,
  keyUsage,
  makeCertificate,
  name,
} from '../../core/test/support/test-ca.ts';
import { makeResponse, type ResponseSpec } from '../../core/test/support/test-ocsp.ts';
import { runSuite } from '../src/suites/run-suite.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const ops = createNodeCrypto();
const key = keyRing(ops);
const work = mkdtempSync(path.join(tmpdir(), 'onelock-ocsp-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const issue = (subject: string, issuer: string, extensions: readonly Uint8Array[], keyLabel = subject): Certificate =>
  makeCertificate(
    { subject: name(subject), key: key(keyLabel), issuer: { name: name(issuer), key: key(issuer) }, extensions },
    ops,
  );
const ca = [basicConstraints(), keyUsage(5, 6)];
const root = issue('root', 'root', ca);
const middle = issue('middle', 'root', ca);
const leaf = issue('leaf', 'middle', []);
const responder = issue('responder', 'middle', [extendedKeyUsage('1.3.6.1.5.5.7.3.9')]);
const noPurpose = issue('responder', 'middle', []);
const ofRoot = issue('responder', 'root', [extendedKeyUsage('1.3.6.1.5.5.7.3.9')]);
/** The middle's name and key, and nobody's signature. */
const wrongKey = issue('middle', 'root', ca, 'stranger');

const direct = makeResponse({ leaf, issuer: middle, key: key('middle') }, ops);
const by = (certificate: Certificate, spec: Partial<ResponseSpec> = {}): Uint8Array => {
  const signer = { key: key('responder'), responder: certificate.subjectDer, certificates: [certificate.der] };
  return makeResponse({ leaf, issuer: middle, ...signer, ...spec }, ops);
};

interface Case {
  readonly title: string;
  readonly response: Uint8Array;
  readonly anchor: Certificate;
  readonly untrusted?: readonly Certificate[];
  readonly no_cert_checks?: boolean;
  readonly expected: 'SUCCESS' | 'FAILURE';
}

const badByte = Uint8Array.from(direct, (octet, index) => (index === direct.length - 1 ? octet ^ 1 : octet));
const cases: readonly Case[] = [
  { title: 'by the issuer, who is the anchor', response: direct, anchor: middle, expected: 'SUCCESS' },
  { title: 'by the issuer below the anchor', response: direct, anchor: root, untrusted: [middle], expected: 'SUCCESS' },
  { title: 'by an issuer nobody knows', response: direct, anchor: root, expected: 'FAILURE' },
  { title: 'by an issuer of another key', response: direct, anchor: wrongKey, expected: 'FAILURE' },
  { title: 'with a byte changed', response: badByte, anchor: middle, expected: 'FAILURE' },
  { title: 'by a delegate', response: by(responder), anchor: middle, expected: 'SUCCESS' },
  {
    title: 'by a delegate of another CA',
    response: by(ofRoot),
    anchor: root,
    untrusted: [middle],
    expected: 'FAILURE',
  },
  { title: 'by one without the purpose', response: by(noPurpose), anchor: middle, expected: 'FAILURE' },
  { title: 'the same, not asked', response: by(noPurpose), anchor: middle, no_cert_checks: true, expected: 'SUCCESS' },
  {
    title: 'a stranger, not asked',
    response: by(noPurpose),
    anchor: wrongKey,
    no_cert_checks: true,
    expected: 'FAILURE',
  },
  { title: 'junk', response: Uint8Array.of(0x30, 0), anchor: middle, expected: 'FAILURE' },
  { title: 'a refusal', response: Uint8Array.of(0x30, 3, 10, 1, 6), anchor: middle, expected: 'FAILURE' },
];

function writeSuite(folder: string, change: (index: Record<string, unknown>) => void = () => undefined): string {
  const target = mkdtempSync(path.join(work, `${folder}-`));
  const pem = (certificates: readonly Certificate[]): string =>
    certificates.map(({ der }) => encodePem('CERTIFICATE', der)).join('');
  const index: Record<string, unknown> = {
    verification_time: '2026-06-01T00:00:00Z',
    partial_chain: true,
    cases: cases.map(({ title, response, anchor, untrusted = [], no_cert_checks = false, expected }, number) => {
      writeFileSync(path.join(target, `${number}.der`), response);
      writeFileSync(path.join(target, `${number}-ca.pem`), pem([anchor]));
      writeFileSync(path.join(target, `${number}-untrusted.pem`), pem(untrusted));
      const files = { response: `${number}.der`, ca_file: `${number}-ca.pem`, untrusted: `${number}-untrusted.pem` };
      return { id: String(number), title, ...files, no_cert_checks, expected };
    }),
  };
  change(index);
  writeFileSync(path.join(target, 'index.json'), JSON.stringify(index));
  return target;
}

describe('the ocsp suite', () => {
  it('answers every case as it must be answered', async () => {
    const report = await runSuite('ocsp', writeSuite('whole'));
    expect(report.cases.map(({ got }, number) => [cases[number]?.title, got])).toEqual(
      cases.map(({ title, expected }) => [title, expected]),
    );
    expect(report).toMatchObject({ passed: cases.length, failed: 0, skipped: 0 });
  });

  it('fails a case whose expectation is wrong', async () => {
    const turned = writeSuite('turned', (index) => {
      for (const one of index.cases as { expected: string }[])
        one.expected = one.expected === 'SUCCESS' ? 'FAILURE' : 'SUCCESS';
    });
    expect(await runSuite('ocsp', turned)).toMatchObject({ passed: 0, failed: cases.length });
  });

  it('asks at the time of the suite, and for anchors that are roots when it says so', async () => {
    const tooLate = writeSuite('late', (index) => {
      index.verification_time = Date.parse('2060-01-01T00:00:00Z') / 1000;
    });
    expect((await runSuite('ocsp', tooLate)).cases.every(({ got }) => got === 'FAILURE')).toBe(true);
    const wholeChain = writeSuite('roots', (index) => {
      index.partial_chain = false;
    });
    expect((await runSuite('ocsp', wholeChain)).cases.slice(0, 2)).toMatchObject([
      { got: 'FAILURE' },
      { got: 'SUCCESS' },
    ]);
  });

  it('refuses a field that it does not know, and a time that is none', async () => {
    for (const change of [{ nonce_required: true }, { verification_time: 'yesterday' }]) {
      const target = writeSuite('refused', (index) => Object.assign(index, change));
      await expect(runSuite('ocsp', target).catch((error: unknown) => error)).resolves.toFailWith('ERR_SUITE_FORMAT');
    }
  });
});
