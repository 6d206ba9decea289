import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, describe, expect, it } from 'vitest';
import {
  basicConstraints,
  extendedKeyUsage,
  keyRing,
  keyUsage,
  makeCertificate,
  name,
} from '../../core/test/support/test-ca.ts';
import { makeCrl, unknownExtension } from '../../core/test/support/test-crl.ts';
import { makeResponse, revokedStatus } from '../../core/test/support/test-ocsp.ts';
import { onelock, onelockJson } from './onelock.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const ops = createNodeCrypto();
const key = keyRing(ops);
const of = (label: string) => ({ name: name(label), key: key(label) });
const authority = (subject: string, issuer: string, usage = [5, 6]) =>
  makeCertificate(
    {
      subject: name(subject),
      key: key(subject),
      issuer: of(issuer),
      extensions: [basicConstraints(), keyUsage(...usage)],
    },
    ops,
  );
const root = authority('root', 'root');
const issuing = authority('issuing', 'root');
const noLists = authority('no lists', 'root', [5]);
const leaf = makeCertificate({ subject: name('leaf'), key: key('leaf'), issuer: of('issuing') }, ops);
const responder = makeCertificate(
  {
    ...{ subject: name('responder'), key: key('responder'), issuer: of('issuing') },
    extensions: [extendedKeyUsage('1.3.6.1.5.5.7.3.9')],
  },
  ops,
);

const work = mkdtempSync(path.join(tmpdir(), 'onelock-evidence-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const written = (file: string, bytes: Uint8Array | string): string => {
  writeFileSync(path.join(work, file), bytes);
  return path.join(work, file);
};
const certificate = (file: string, { der }: typeof root): string => written(file, encodePem('CERTIFICATE', der));
const trust = (at = '2026-06-01T00:00:00Z'): readonly string[] => [
  ...['--trust', certificate('root.pem', root)],
  ...['--intermediate', certificate('issuing.pem', issuing), certificate('no-lists.pem', noLists), '--at', at],
];

describe('onelock crl verify', () => {
  const verify = (list: Uint8Array, options = trust()) =>
    onelockJson(['crl', 'verify', written('list.crl', list), ...options]);
  const list = makeCrl({ issuer: of('issuing'), number: 7, entries: [{ serial: 1 }] }, ops);

  it('passes a list by a CA on a path to the anchor, or by the anchor', () => {
    expect(verify(list)).toMatchObject({
      status: 0,
      value: { lists: [{ indication: 'passed', issuer: 'CN=issuing', entries: 1, crlNumber: '7', delta: false }] },
    });
    expect(verify(makeCrl({ issuer: of('root') }, ops)).status).toBe(0);
    expect(onelock(['crl', 'verify', written('list.pem', encodePem('X509 CRL', list)), ...trust()]).stdout).toContain(
      '✔ passed  CN=issuing',
    );
  });

  it.each<[string, Uint8Array, string]>([
    [
      'by another key of that name',
      makeCrl({ issuer: { ...of('issuing'), key: key('thief') } }, ops),
      'SIGNATURE_INVALID',
    ],
    ['by a CA that may sign none', makeCrl({ issuer: of('no lists') }, ops), 'SIGNER_NOT_AUTHORIZED'],
    [
      'with an extension that nobody knows',
      makeCrl({ issuer: of('root'), extensions: [unknownExtension(true)] }, ops),
      'EXTENSION_UNKNOWN',
    ],
  ])('fails one %s', (_title, odd, code) => {
    expect(verify(odd)).toMatchObject({
      status: 1,
      value: { lists: [{ indication: 'failed', reason: { code: `ERR_REVOCATION_${code}` } }] },
    });
  });

  it('leaves one open that is out of date or by somebody unknown', () => {
    expect(verify(list, trust('2026-12-01T00:00:00Z'))).toMatchObject({
      status: 1,
      value: { lists: [{ indication: 'indeterminate', reason: { code: 'ERR_REVOCATION_STALE' } }] },
    });
    expect(verify(makeCrl({ issuer: of('stranger') }, ops))).toMatchObject({
      status: 1,
      value: { lists: [{ indication: 'indeterminate', reason: { code: 'ERR_REVOCATION_SIGNER_UNKNOWN' } }] },
    });
  });

  it('wants a list and an anchor', () => {
    expect(onelock(['crl', 'verify', written('list.crl', list)]).status).toBe(2);
    expect(onelock(['crl', 'verify', ...trust()]).status).toBe(2);
    expect(onelock(['crl', 'verify', certificate('leaf.pem', leaf), ...trust()]).status).toBe(2);
  });
});

describe('onelock ocsp verify', () => {
  const verify = (response: Uint8Array, options = trust()) =>
    onelockJson(['ocsp', 'verify', written('answer.ors', response), ...options]);
  const ask = { leaf, issuer: issuing };
  const byIssuer = makeResponse({ ...ask, key: key('issuing'), status: revokedStatus(new Date('2026-05-01'), 1) }, ops);

  it('passes a genuine response, whatever it says', () => {
    expect(verify(byIssuer)).toMatchObject({
      status: 0,
      value: { indication: 'passed', answers: [{ status: 'revoked' }] },
    });
    const delegated = { ...ask, key: key('responder'), responder: name('responder'), certificates: [responder.der] };
    expect(verify(makeResponse(delegated, ops)).status).toBe(0);
  });

  it('fails one by a responder whom nobody made one, unless it is trusted by choice', () => {
    const odd = makeResponse({ ...ask, key: key('ours'), responder: name('ours') }, ops);
    const ours = makeCertificate({ subject: name('ours'), key: key('ours'), issuer: of('elsewhere') }, ops);
    expect(verify(odd)).toMatchObject({ status: 1, value: { reason: { code: 'ERR_REVOCATION_SIGNER_UNKNOWN' } } });
    const chosen = [...trust(), '--ocsp-responder', certificate('ours.pem', ours)];
    expect(verify(odd, chosen).status).toBe(0);
    const byLeaf = makeResponse({ ...ask, key: key('leaf'), responder: name('leaf'), certificates: [leaf.der] }, ops);
    expect(verify(byLeaf).value.reason?.code).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
  });

  it('leaves one open that is out of date, of an unknown issuer, or no answer', () => {
    expect(verify(byIssuer, trust('2026-12-01T00:00:00Z')).value.reason?.code).toBe('ERR_REVOCATION_STALE');
    const elsewhere = makeResponse({ leaf, issuer: authority('elsewhere', 'elsewhere'), key: key('elsewhere') }, ops);
    expect(verify(elsewhere)).toMatchObject({
      status: 1,
      value: { indication: 'indeterminate', reason: { code: 'ERR_REVOCATION_SIGNER_UNKNOWN' } },
    });
    expect(verify(Uint8Array.of(0x30, 3, 10, 1, 3))).toMatchObject({ status: 1, value: { answers: [] } });
  });
});
