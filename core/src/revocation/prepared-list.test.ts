import { describe, expect, it } from 'vitest';
import { basicConstraints, keyUsage, makeCertificate, name } from '../../test/support/test-ca.ts';
import { makeCrl } from '../../test/support/test-crl.ts';
import { createNodeCrypto } from '../crypto/node.ts';
import { judgeCertificate } from '../validation/index.ts';
import { verifyEvidence } from './evidence-signature.ts';
import { openPreparedList, prepareCertificateList, preparedFormOf } from './prepared-list.ts';

const ops = createNodeCrypto();
const digests = ['sm3', 'sha256'] as const;

const inSharedMemory = (bytes: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
};

describe('a list prepared on another thread', () => {
  const key = ops.generateKeyPair({ kind: 'sm2' });
  const issuer = { name: name('CA'), key };
  const entries = Array.from({ length: 300 }, (_, index) => ({ serial: 10_000 + 7 * index, reason: 1 }));
  const der = makeCrl({ issuer, entries, number: 9 }, ops);

  it('is the same list, found by serial number, its signature verified once', () => {
    const rsa = ops.generateKeyPair({ kind: 'rsa', bits: 2048 }).publicKey;
    const other = ops.generateKeyPair({ kind: 'sm2' }).publicKey;
    const prepared = prepareCertificateList(inSharedMemory(der), [rsa, other, key.publicKey], digests, ops);
    expect(prepared.words.buffer).toBeInstanceOf(SharedArrayBuffer);
    const crossed = structuredClone(prepared);
    expect(crossed.der.buffer).toBeInstanceOf(SharedArrayBuffer);
    const list = openPreparedList(crossed, { ...ops, verify: () => expect.fail('verified again') });
    expect(preparedFormOf(list)).toBe(crossed);
    expect(list.crlNumber).toBe(9n);
    expect(list.entryCount).toBe(300);
    const serial = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);
    for (const { serial: value } of entries)
      expect(list.entries.find(serial(value), list.issuer)?.reason).toBe('keyCompromise');
    expect(list.entries.find(serial(10_001), list.issuer)).toBeUndefined();
    const deaf = { ...ops, verify: () => expect.fail('verified again') };
    const opened = openPreparedList(crossed, deaf);
    expect(verifyEvidence(opened, key.publicKey, digests, deaf)).toBe(true);
    expect(verifyEvidence(opened, other, digests, deaf)).toBe(false);
  });

  it('may be empty, and judges as its bytes do', () => {
    const extensions = [basicConstraints(), keyUsage(5, 6)];
    const anchor = makeCertificate({ subject: issuer.name, key, issuer, extensions }, ops);
    const leaf = makeCertificate(
      { subject: name('leaf'), key: ops.generateKeyPair({ kind: 'sm2' }), issuer, serial: 10_007 },
      ops,
    );
    const judge = (crl: Uint8Array, prepared: boolean) =>
      judgeCertificate(
        {
          certificate: leaf,
          intermediates: [],
          trustAnchors: [{ kind: 'certificate', certificate: anchor }],
          at: new Date('2026-06-01T00:00:00Z'),
          profile: 'rfc5280',
          revocation: 'require',
          crls: [prepared ? openPreparedList(prepareCertificateList(crl, [key.publicKey], digests, ops), ops) : crl],
        },
        ops,
      );
    const empty = makeCrl({ issuer }, ops);
    expect(judge(empty, true)).toEqual(judge(empty, false));
    expect(judge(empty, true).indication).toBe('passed');
    expect(judge(der, true)).toEqual(judge(der, false));
    expect(judge(der, true).reason?.code).toBe('ERR_REVOCATION_REVOKED');
  });

  it('leaves open, in every mode but none, what a source was asked about in vain', () => {
    const extensions = [basicConstraints(), keyUsage(5, 6)];
    const anchor = makeCertificate({ subject: issuer.name, key, issuer, extensions }, ops);
    const leaf = makeCertificate(
      { subject: name('leaf'), key: ops.generateKeyPair({ kind: 'sm2' }), issuer, serial: 9 },
      ops,
    );
    const reason = { code: 'ERR_REVOCATION_RESPONDER_REFUSED', params: { status: 'try-later' } } as const;
    const judge = (revocation: 'require' | 'if-available' | 'none', issuerDer: Uint8Array, crls: Uint8Array[] = []) =>
      judgeCertificate(
        {
          ...{ certificate: leaf, intermediates: [], at: new Date('2026-06-01T00:00:00Z'), profile: 'rfc5280' },
          ...{ trustAnchors: [{ kind: 'certificate', certificate: anchor }], revocation, crls },
          unanswered: [{ issuer: issuerDer, reason }],
        },
        ops,
      );
    for (const mode of ['require', 'if-available'] as const)
      expect(judge(mode, leaf.issuerDer)).toMatchObject({
        indication: 'indeterminate',
        reason: { code: 'ERR_REVOCATION_UNKNOWN', params: { cause: reason.code, status: 'try-later' } },
      });
    expect(judge('none', leaf.issuerDer).indication).toBe('passed');
    expect(judge('if-available', name('another')).indication).toBe('passed');
    expect(judge('require', leaf.issuerDer, [makeCrl({ issuer }, ops)]).indication).toBe('passed');
  });
});
