import { derGeneralizedTime, derOctetString, oids } from '@onelock/core/asn1';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import {
  type CertificateEvidence,
  type CertificateReport,
  type EvidenceRecord,
  judgeCertificate,
  recordEvidence,
  replayEvidence,
  type TrustEvidence,
} from '@onelock/core/validation';
import { describe, expect, it } from 'vitest';
import { anchor } from './support/certificates.ts';
import {
  basicConstraints,
  extendedKeyUsage,
  extension,
  type Issuer,
  keyRing,
  keyUsage,
  makeCertificate,
  name,
} from './support/test-ca.ts';
import { type CrlSpec, makeCrl, unknownExtension } from './support/test-crl.ts';
import { makeResponse, type ResponseSpec, revokedStatus } from './support/test-ocsp.ts';

const ops = createNodeCrypto();
const key = keyRing(ops);
const issuerOf = (label: string): Issuer => ({ name: name(label), key: key(label) });
const at = new Date('2026-06-01T00:00:00Z');
const root = makeCertificate(
  {
    subject: name('root'),
    key: key('root'),
    issuer: issuerOf('root'),
    extensions: [basicConstraints(), keyUsage(5, 6)],
  },
  ops,
);
const leaf = makeCertificate({ subject: name('leaf'), key: key('leaf'), issuer: issuerOf('root'), serial: 4711 }, ops);
const response = (spec: Partial<ResponseSpec> = {}): Uint8Array =>
  makeResponse({ leaf, issuer: root, key: key('root'), ...spec }, ops);
const crl = (spec: Partial<CrlSpec> = {}): Uint8Array => makeCrl({ issuer: issuerOf('root'), ...spec }, ops);

function judged(ocspResponses: readonly Uint8Array[], change: Partial<TrustEvidence> = {}): CertificateReport {
  return judgeCertificate(
    {
      ...{ certificate: leaf, intermediates: [], trustAnchors: [anchor(root)], at },
      ...{ profile: 'rfc5280', revocation: 'require', ocspResponses },
      ...change,
    },
    ops,
  );
}

const outcome = ({ indication, reason }: CertificateReport): string =>
  indication === 'passed' ? 'passed' : String(reason?.params.cause ?? reason?.code);

const hold = (day: string): Uint8Array => revokedStatus(new Date(day), 6);
const compromised = (day: string): Uint8Array => revokedStatus(new Date(day), 1);
const unknownStatus = Uint8Array.of(0x82, 0);

describe('a response', () => {
  it('by the issuer says good, revoked or unknown', () => {
    expect(judged([response()])).toMatchObject({
      indication: 'passed',
      revocation: { checked: true, source: 'ocsp', producedAt: '2026-05-31T00:00:00.000Z', ageSeconds: 86_400 },
    });
    expect(judged([response({ status: compromised('2026-05-01') })])).toMatchObject({
      indication: 'failed',
      reason: { params: { revokedAt: '2026-05-01T00:00:00.000Z', reason: 'keyCompromise', source: 'OCSP' } },
    });
    expect(outcome(judged([response({ status: unknownStatus })]))).toBe('ERR_REVOCATION_CERTIFICATE_UNKNOWN');
  });

  it('of a responder who refuses is no answer, and says why', () => {
    const tryLater = Uint8Array.of(0x30, 3, 10, 1, 3);
    expect(judged([tryLater])).toMatchObject({
      indication: 'indeterminate',
      reason: { params: { cause: 'ERR_REVOCATION_RESPONDER_REFUSED', status: 'try-later' } },
    });
    expect(judged([tryLater], { revocation: 'if-available' })).toMatchObject({
      indication: 'passed',
      revocation: { checked: false },
    });
    expect(outcome(judged([tryLater, response()]))).toBe('passed');
  });

  it('is not used over a critical extension that nobody knows', () => {
    for (const place of ['extensions', 'singleExtensions'] as const) {
      expect(outcome(judged([response({ [place]: [unknownExtension(true)] })]))).toBe(
        'ERR_REVOCATION_EXTENSION_UNKNOWN',
      );
      expect(outcome(judged([response({ [place]: [unknownExtension(false)] })]))).toBe('passed');
    }
  });

  it('with a nonce is bound to its request, however the nonce is wrapped', () => {
    const nonce = Uint8Array.of(1, 2, 3, 4);
    const wrapped = response({ extensions: [extension(oids.ocspNonce, false, derOctetString(nonce))] });
    const bare = response({ extensions: [extension(oids.ocspNonce, false, nonce)] });
    for (const der of [wrapped, bare]) {
      expect(outcome(judged([der], { ocspNonce: nonce }))).toBe('passed');
      expect(outcome(judged([der], { ocspNonce: Uint8Array.of(1, 2, 3, 5) }))).toBe('ERR_REVOCATION_NONCE_MISMATCH');
      expect(outcome(judged([der]))).toBe('passed');
    }
  });

  it('about another certificate, or another issuer, says nothing', () => {
    const otherLeaf = makeCertificate(
      { subject: name('leaf'), key: key('leaf'), issuer: issuerOf('root'), serial: 9 },
      ops,
    );
    expect(outcome(judged([response({ leaf: otherLeaf })]))).toBe('ERR_REVOCATION_NOT_AVAILABLE');
    const namesake = makeCertificate({ subject: name('root'), key: key('other'), issuer: issuerOf('root') }, ops);
    expect(outcome(judged([response({ issuer: namesake })]))).toBe('ERR_REVOCATION_NOT_AVAILABLE');
  });
});

describe('a responder', () => {
  const responder = (extensions: readonly Uint8Array[], issuer = issuerOf('root'), subject = 'responder') =>
    makeCertificate({ subject: name(subject), key: key('responder'), issuer, serial: 77, extensions }, ops);
  const by = (certificate: ReturnType<typeof responder>, spec: Partial<ResponseSpec> = {}): Uint8Array =>
    response({ key: key('responder'), responder: certificate.subjectDer, certificates: [certificate.der], ...spec });
  const purpose = extendedKeyUsage(oids.ocspSigning);

  it('whom the issuer has certified for it may answer', () => {
    expect(outcome(judged([by(responder([purpose]))]))).toBe('passed');
  });

  it.each([
    ['without the purpose', responder([])],
    ['with any purpose', responder([extendedKeyUsage(oids.anyExtendedKeyUsage)])],
    ['whose key may not sign', responder([purpose, keyUsage(2)])],
    ['certified by somebody else', responder([purpose], issuerOf('stranger'))],
    ['certified by somebody of the issuer’s name', responder([purpose], { name: name('root'), key: key('stranger') })],
  ])('%s may not', (_, certificate) => {
    expect(outcome(judged([by(certificate)]))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
  });

  it('who was certified only until yesterday may not answer for today', () => {
    const expired = makeCertificate(
      {
        ...{ subject: name('responder'), key: key('responder'), issuer: issuerOf('root') },
        ...{ extensions: [purpose], notAfter: new Date('2026-05-31T12:00:00Z') },
      },
      ops,
    );
    expect(outcome(judged([by(expired)]))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
  });

  it('who answers for itself is not believed to be good by that', () => {
    const certificate = responder([purpose]);
    const forItself = by(certificate, { leaf: certificate });
    expect(outcome(judged([by(certificate), forItself]))).toBe('passed');
    const revoked = by(certificate, { leaf: certificate, status: compromised('2026-05-01') });
    expect(outcome(judged([by(certificate), revoked]))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
  });

  it('who calls itself the issuer must have the issuer’s key', () => {
    expect(outcome(judged([response({ key: key('stranger') })]))).toBe('ERR_REVOCATION_SIGNATURE_INVALID');
  });
});

describe('the time of a response', () => {
  const later = response({ thisUpdate: new Date('2026-06-10'), nextUpdate: new Date('2026-06-12') });
  const accepted = { revocationPolicy: { laterEvidence: 'accepted' } } as const;

  it('may be five minutes ahead, for clocks differ', () => {
    const ahead = (seconds: number) => response({ thisUpdate: new Date(at.getTime() + seconds * 1000) });
    expect(outcome(judged([ahead(300)]))).toBe('passed');
    expect(outcome(judged([ahead(301)]))).toBe('ERR_REVOCATION_NOT_YET_VALID');
  });

  it('after the moment judged for counts when the policy says so, or for a revocation before', () => {
    expect(outcome(judged([later]))).toBe('ERR_REVOCATION_NOT_YET_VALID');
    expect(outcome(judged([later], accepted))).toBe('passed');
    const revoked = (day: string) =>
      response({ thisUpdate: new Date('2026-06-10'), nextUpdate: new Date('2026-06-12'), status: compromised(day) });
    expect(outcome(judged([revoked('2026-06-05')], accepted))).toBe('passed');
    expect(outcome(judged([revoked('2026-06-05')]))).toBe('ERR_REVOCATION_NOT_YET_VALID');
    expect(outcome(judged([revoked('2026-05-05')], accepted))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([revoked('2026-05-05')]))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('ends a hold, not a revocation for good', () => {
    const old = { thisUpdate: new Date('2026-05-01'), nextUpdate: new Date('2026-05-02') };
    expect(outcome(judged([response({ ...old, status: hold('2026-04-30') })]))).toBe('ERR_REVOCATION_STALE');
    expect(outcome(judged([response({ ...old, status: compromised('2026-04-30') })]))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([response({ status: hold('2026-05-30') })]))).toBe('ERR_REVOCATION_REVOKED');
  });
});

describe('a response made after the moment judged for', () => {
  const later = { thisUpdate: new Date('2026-06-10T00:00:00Z'), nextUpdate: new Date('2026-06-12T00:00:00Z') };
  const accepted = { revocationPolicy: { laterEvidence: 'accepted' } } as const;
  const since = (day: string): Uint8Array => extension(oids.invalidityDate, false, derGeneralizedTime(new Date(day)));

  it('tells of a hold that had begun by then', () => {
    const held = response({ ...later, status: hold('2026-05-20') });
    expect(outcome(judged([held], accepted))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([held]))).toBe('ERR_REVOCATION_NOT_YET_VALID');
    expect(outcome(judged([response({ ...later, status: hold('2026-06-05') })], accepted))).toBe('passed');
  });

  it('does not undo a hold of then, by a response or a list', () => {
    const released = response(later);
    expect(outcome(judged([response({ status: hold('2026-05-20') }), released], accepted))).toBe(
      'ERR_REVOCATION_REVOKED',
    );
    const list = crl({ entries: [{ serial: 4711, reason: 6 }] });
    expect(outcome(judged([released], { ...accepted, crls: [list] }))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('counts from the day since which the key is thought to have been bad', () => {
    const status = compromised('2026-06-05');
    const bad = response({ ...later, status, singleExtensions: [since('2026-05-25T00:00:00Z')] });
    expect(outcome(judged([bad], accepted))).toBe('ERR_REVOCATION_REVOKED');
    const stillGood = response({ ...later, status, singleExtensions: [since('2026-06-02T00:00:00Z')] });
    expect(outcome(judged([stillGood], accepted))).toBe('passed');
  });

  it('says nothing of a certificate that had expired by then, unless the responder remembers so far back', () => {
    const short = makeCertificate(
      {
        ...{ subject: name('leaf'), key: key('leaf'), issuer: issuerOf('root'), serial: 4712 },
        notAfter: new Date('2026-06-05T00:00:00Z'),
      },
      ops,
    );
    const about = (spec: Partial<ResponseSpec>): CertificateReport =>
      judged([makeResponse({ leaf: short, issuer: root, key: key('root'), ...later, ...spec }, ops)], {
        ...accepted,
        ...({ certificate: short } as object),
      });
    const cutoff = (day: string): Uint8Array =>
      extension(oids.ocspArchiveCutoff, false, derGeneralizedTime(new Date(day)));
    expect(outcome(about({}))).toBe('ERR_REVOCATION_NOT_YET_VALID');
    expect(outcome(about({ singleExtensions: [cutoff('2026-06-08T00:00:00Z')] }))).toBe('ERR_REVOCATION_NOT_YET_VALID');
    expect(outcome(about({ singleExtensions: [cutoff('2026-01-01T00:00:00Z')] }))).toBe('passed');
    expect(outcome(about({ status: compromised('2026-05-01') }))).toBe('ERR_REVOCATION_REVOKED');
  });
});

describe('a responder whom the judge trusts by choice', () => {
  const own = (change: { notAfter?: Date } = {}) =>
    makeCertificate(
      { subject: name('our responder'), key: key('ours'), issuer: issuerOf('elsewhere'), ...change },
      ops,
    );
  const answer = response({ responder: name('our responder'), key: key('ours') });

  it('may answer about any certificate; by default nobody is', () => {
    expect(outcome(judged([answer], { trustedResponders: [own()] }))).toBe('passed');
    expect(outcome(judged([answer]))).toBe('ERR_REVOCATION_SIGNER_UNKNOWN');
    expect(outcome(judged([answer], { intermediates: [own()] }))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
    const revoked = response({ responder: name('our responder'), key: key('ours'), status: compromised('2026-05-01') });
    expect(outcome(judged([revoked], { trustedResponders: [own()] }))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('must be the one who signed, with a certificate that is valid', () => {
    const forged = response({ responder: name('our responder'), key: key('a stranger') });
    expect(outcome(judged([forged], { trustedResponders: [own()] }))).toBe('ERR_REVOCATION_SIGNATURE_INVALID');
    const expired = own({ notAfter: new Date('2026-05-30T00:00:00Z') });
    expect(outcome(judged([answer], { trustedResponders: [expired] }))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
  });

  it('is kept in the record of the evidence', () => {
    const evidence: CertificateEvidence = {
      ...{ certificate: leaf, intermediates: [], trustAnchors: [anchor(root)], at },
      ...{ profile: 'rfc5280', revocation: 'require', ocspResponses: [answer], trustedResponders: [own()] },
    };
    const record = JSON.parse(JSON.stringify(recordEvidence(evidence))) as EvidenceRecord;
    expect(replayEvidence(record, ops)).toEqual(judgeCertificate(evidence, ops));
  });
});

describe('lists and responses together', () => {
  const listed = (reason: number, thisUpdate = new Date('2026-05-01')): Uint8Array =>
    crl({ thisUpdate, entries: [{ serial: 4711, reason }] });

  it('revoke when either does for good', () => {
    expect(outcome(judged([response()], { crls: [listed(1)] }))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([response({ status: compromised('2026-05-02') })], { crls: [crl()] }))).toBe(
      'ERR_REVOCATION_REVOKED',
    );
  });

  it('are as the newer one says where it is a matter of a hold', () => {
    expect(outcome(judged([response()], { crls: [listed(6)] }))).toBe('passed');
    const older = response({ thisUpdate: new Date('2026-05-01'), nextUpdate: new Date('2026-06-30') });
    expect(outcome(judged([older], { crls: [listed(6, new Date('2026-05-20'))] }))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('decide alone where the other cannot', () => {
    expect(outcome(judged([response({ status: unknownStatus })], { crls: [crl()] }))).toBe('passed');
    expect(outcome(judged([response()], { crls: [crl({ nextUpdate: new Date('2026-05-02') })] }))).toBe('passed');
    expect(outcome(judged([response()], { crls: [Uint8Array.of(0x30, 0)] }))).toBe('passed');
    expect(judged([], { crls: [Uint8Array.of(0x30, 0)], revocation: 'if-available' })).toMatchObject({
      indication: 'indeterminate',
      reason: { params: { cause: 'ERR_DER_TRUNCATED' } },
      attempts: [{ reason: { code: 'ERR_DER_TRUNCATED' } }],
    });
  });
});
