import {
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  derValue,
  oids,
} from '@onelock/core/asn1';
import {
  addUnsignedAttribute,
  ContentDigester,
  contentPlan,
  parseSignedData,
  prepareSignedData,
} from '@onelock/core/cms';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import type { Certificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { ops } from '../../test/support/engine.ts';
import { attribute, buildMessage } from '../../test/support/message-builder.ts';
import { type KeyPair, keyRing, keyUsage, makeCertificate, name } from '../../test/support/test-ca.ts';
import { authorityCertificate, makeToken } from '../../test/support/test-tsa.ts';
import { judgeMessage, type MessageEvidence } from './judge-message.ts';
import type { MessageReport, SignerReport } from './report.ts';

const content = new TextEncoder().encode('合同');
const keys = keyRing(ops, { kind: 'sm2' });
const ca = { name: name('Test CA'), key: keys('ca') };
const holder = (change: { notAfter?: Date; serial?: number } = {}): Certificate =>
  makeCertificate(
    { subject: name('signer'), key: keys('signer'), issuer: ca, extensions: [keyUsage(0)], ...change },
    ops,
  );
const tsa = { certificate: authorityCertificate(ca, keys('tsa')), key: keys('tsa') };
const stampTime = new Date('2026-06-01T08:00:00Z');
const now = new Date('2026-11-22T00:00:00Z');

function sign(certificate: Certificate): Uint8Array {
  const prepared = prepareSignedData({ content, detached: false, certificate }, ops);
  return prepared.assemble(ops.sign(keys('signer').privateKey, prepared.algorithm, prepared.toBeSigned));
}

function signatureOf(message: Uint8Array): Uint8Array {
  return parseSignedData(message).signers[0]?.signature ?? new Uint8Array();
}

function stamped(message: Uint8Array, change: object = {}): Uint8Array {
  const token = makeToken({ ...tsa, content: signatureOf(message), time: stampTime, ...change });
  return addUnsignedAttribute(message, 0, 'timeStampToken', token);
}

function judge(message: Uint8Array, change: Partial<MessageEvidence> = {}): MessageReport {
  return judgeMessage(
    {
      message: parseSignedData(message),
      intermediates: [],
      trustAnchors: [{ kind: 'name-and-key', name: tsa.certificate.issuer, publicKey: keys('ca').publicKey }],
      ...{ at: now, profile: 'rfc5280', revocation: 'none' },
      ...change,
    },
    ops,
  );
}

const first = (report: MessageReport): SignerReport | undefined => report.signers[0];

/** A CRL by the CA, made at this time. */
function crl(thisUpdate: Date, revoked: readonly { readonly serial: number; readonly at: Date }[]): Uint8Array {
  const utc = (date: Date): Uint8Array =>
    derValue(derTag.utcTime, new TextEncoder().encode(`${date.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));
  const algorithm = derSequence(derOid(oids.sm2WithSm3));
  const entries = revoked.map(({ serial, at }) => derSequence(derInteger(serial), utc(at)));
  const next = new Date(thisUpdate.getTime() + 30 * 86_400_000);
  const number = derSequence(derOid(oids.crlNumber), derOctetString(derInteger(1)));
  const tbs = derSequence(
    ...[derInteger(1), algorithm, ca.name, utc(thisUpdate), utc(next)],
    ...(entries.length === 0 ? [] : [derSequence(...entries)]),
    derExplicit(0, derSequence(number)),
  );
  const signature = ops.sign(keys('ca').privateKey, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, tbs);
  return derSequence(tbs, algorithm, derValue(derTag.bitString, Uint8Array.of(0), signature));
}

describe('a signature with a time-stamp', () => {
  const expired = holder({ notAfter: new Date('2026-09-01T00:00:00Z') });

  it('passes at the proven time, though its certificate has expired since', () => {
    const bare = sign(expired);
    expect(judge(bare)).toMatchObject({ indication: 'failed', reason: { code: 'ERR_PATH_EXPIRED' } });
    expect(first(judge(stamped(bare)))).toMatchObject({
      indication: 'passed',
      provenTime: stampTime.toISOString(),
      timestamps: [{ indication: 'passed', time: stampTime.toISOString(), authority: { subject: 'CN=Test TSA' } }],
      certificate: { at: stampTime.toISOString() },
    });
  });

  it.each(['rfc5280', 'gm-sign', 'bidding'] as const)('passes so by the rules of %s', (profile) => {
    expect(first(judge(stamped(sign(expired)), { profile }))).toMatchObject({
      indication: 'passed',
      timestamps: [{ indication: 'passed', certificate: { profile } }],
    });
  });

  it('is not helped by a stamp over a digest that no longer counts', () => {
    const report = first(judge(stamped(sign(expired), { digestAlgorithm: 'sha1' })));
    expect(report?.indication).toBe('failed');
    expect(report?.timestamps?.[0]).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_SIGNATURE_ALGORITHM_WEAK', params: { algorithm: 'sha1' } },
    });
  });

  it.each<[string, object, string]>([
    ['stamps another signature', { content: new Uint8Array(70) }, 'ERR_TIMESTAMP_MISMATCH'],
    ['names another certificate', { names: false }, 'ERR_CMS_ATTRIBUTE_INVALID'],
    ['tells a time that has not come', { time: new Date('2027-01-01T00:00:00Z') }, 'ERR_TIMESTAMP_MISMATCH'],
    ['is by an authority from elsewhere', { certificate: elsewhere(), key: keys('else') }, 'ERR_PATH_NO_ANCHOR'],
  ])('proves nothing when its stamp %s', (_title, change, code) => {
    const report = first(judge(stamped(sign(expired), change)));
    expect(report).toMatchObject({ indication: 'failed', reason: { code: 'ERR_PATH_EXPIRED' } });
    expect(report && 'provenTime' in report).toBe(false);
    expect(report?.timestamps?.[0]?.indication).not.toBe('passed');
    expect(report?.timestamps?.[0]?.reason?.code).toMatch(new RegExp(`^${code}|^ERR_PATH`));
  });

  it('fails when the stamp came after the certificate had expired', () => {
    const late = { time: new Date('2026-10-01T00:00:00Z') };
    expect(judge(stamped(sign(expired), late))).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_PATH_EXPIRED' },
    });
  });

  it('with more stamps than anybody would add is refused at once', () => {
    const token = makeToken({ ...tsa, content: new Uint8Array(1), time: stampTime });
    let crowded = sign(expired);
    for (let count = 0; count < 19; count++) crowded = addUnsignedAttribute(crowded, 0, 'timeStampToken', token);
    expect(judge(crowded)).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_CMS_ATTRIBUTE_INVALID', params: { attribute: 'timeStampToken' } },
    });
  });

  it('believes only those whom it may believe about time', () => {
    const strangers = { kind: 'name-and-key', name: tsa.certificate.issuer, publicKey: keys('x').publicKey } as const;
    expect(judge(stamped(sign(expired)), { timestampAnchors: [strangers] }).indication).toBe('failed');
  });

  it('is judged for the latest moment that the earliest stamp allows', () => {
    const message = sign(expired);
    const second = makeToken({ ...tsa, content: signatureOf(message), time: new Date('2026-07-01T00:00:00Z') });
    const report = first(judge(addUnsignedAttribute(stamped(message), 0, 'timeStampToken', second)));
    expect(report).toMatchObject({ provenTime: stampTime.toISOString() });
    expect(report?.timestamps).toHaveLength(2);
  });

  describe('and revocation', () => {
    const certificate = holder({ serial: 77 });
    const message = sign(certificate);
    const revokedOn = (day: string): Partial<MessageEvidence> => ({
      revocation: 'if-available',
      crls: [crl(new Date('2026-11-20T00:00:00Z'), [{ serial: 77, at: new Date(day) }])],
    });

    it('passes when it was revoked after the stamp, which without the stamp fails', () => {
      expect(judge(message, revokedOn('2026-08-01T00:00:00Z')).indication).toBe('failed');
      expect(first(judge(stamped(message), revokedOn('2026-08-01T00:00:00Z')))?.indication).toBe('passed');
    });

    it('fails when it was revoked before the stamp', () => {
      expect(judge(stamped(message), revokedOn('2026-05-01T00:00:00Z'))).toMatchObject({
        indication: 'failed',
        reason: { code: 'ERR_REVOCATION_REVOKED' },
      });
    });

    it('takes the evidence that the signer brought', () => {
      const list = crl(new Date('2026-11-20T00:00:00Z'), [{ serial: 77, at: new Date('2026-05-01T00:00:00Z') }]);
      const values = derSequence(derExplicit(0, derSequence(list)));
      const brought = addUnsignedAttribute(stamped(message), 0, 'revocationValues', values);
      expect(judge(brought, { revocation: 'if-available' })).toMatchObject({
        indication: 'failed',
        reason: { code: 'ERR_REVOCATION_REVOKED' },
      });
    });
  });
});

describe('a countersignature', () => {
  const certificate = holder();
  const witness = makeCertificate(
    { subject: name('witness'), key: keys('witness'), issuer: ca, extensions: [keyUsage(0)] },
    ops,
  );
  const message = sign(certificate);

  it('is judged beside its signature', () => {
    const report = first(judge(witnessed(keys('witness'), signatureOf(message)), { intermediates: [witness] }));
    expect(report).toMatchObject({
      indication: 'passed',
      countersignatures: [{ indication: 'passed', signer: 'CN=witness' }],
    });
  });

  it('of another signature fails, and the signature itself stands', () => {
    const report = first(judge(witnessed(keys('witness'), content), { intermediates: [witness] }));
    expect(report).toMatchObject({
      indication: 'passed',
      countersignatures: [{ indication: 'failed', reason: { code: 'ERR_CMS_DIGEST_MISMATCH' } }],
    });
  });

  it('with a content type fails: it has none', () => {
    const odd = witnessed(keys('witness'), signatureOf(message), [attribute(oids.contentType, derOid(oids.gmData))]);
    expect(first(judge(odd, { intermediates: [witness] }))?.countersignatures).toMatchObject([
      { indication: 'failed', reason: { code: 'ERR_CMS_ATTRIBUTE_INVALID', params: { attribute: 'contentType' } } },
    ]);
  });

  function witnessed(key: KeyPair, of: Uint8Array, more: readonly Uint8Array[] = []): Uint8Array {
    const digest = derSequence(derOid(oids.sm3), derNull());
    const attributes = derSetOf(attribute(oids.messageDigest, derOctetString(ops.digest('sm3', of))), ...more);
    const implicit = Uint8Array.from(attributes);
    implicit[0] = 0xa0;
    const signature = ops.sign(key.privateKey, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, attributes);
    const value = derSequence(
      derInteger(1),
      derSequence(witness.issuerDer, derValue(derTag.integer, witness.serialNumberBytes)),
      digest,
      implicit,
      derSequence(derOid(oids.sm2Sign), derNull()),
      derOctetString(signature),
    );
    return addUnsignedAttribute(message, 0, 'countersignature', value);
  }
});

describe('content too large to hold', () => {
  const certificate = holder();
  const streamed = (message: Uint8Array, octets: Uint8Array, size: number): MessageReport => {
    const digester = new ContentDigester(contentPlan(parseSignedData(message)), ops);
    for (let from = 0; from < octets.length; from += size) digester.update(octets.subarray(from, from + size));
    return judge(message, { content: digester.finish() });
  };
  const large = new Uint8Array(300_000).map((_, index) => index % 251);
  const detached = (attributes?: null): Uint8Array =>
    buildMessage(
      {
        ...{ content: large, certificate, key: keys('signer').privateKey, detached: true },
        ...(attributes === null ? { attributes } : {}),
      },
      ops,
    );

  it.each([1000, 65_536, 300_000])('passes read in pieces of %i, with attributes and without', (size) => {
    expect(streamed(detached(), large, size).indication).toBe('passed');
    expect(streamed(detached(null), large, size).indication).toBe('passed');
  });

  it('fails with one octet changed', () => {
    const changed = Uint8Array.from(large);
    changed[299_999] = 0;
    expect(streamed(detached(), changed, 7777)).toMatchObject({ reason: { code: 'ERR_CMS_DIGEST_MISMATCH' } });
    expect(streamed(detached(null), changed, 7777)).toMatchObject({ reason: { code: 'ERR_SIGNATURE_INVALID' } });
  });

  it('must be what an attached message holds', () => {
    const attached = sign(certificate);
    expect(streamed(attached, content, 3).indication).toBe('passed');
    expect(streamed(attached, content.subarray(1), 3)).toMatchObject({ reason: { code: 'ERR_CMS_CONTENT_MISMATCH' } });
  });

  it('that looks like signed attributes is refused as ever', () => {
    const prepared = prepareSignedData({ content: large, detached: true, certificate }, ops);
    const signature = ops.sign(keys('signer').privateKey, prepared.algorithm, prepared.toBeSigned);
    expect(signature.length).toBeGreaterThan(60);
    const cut = buildMessage(
      {
        ...{ content: prepared.toBeSigned, certificate, key: keys('signer').privateKey },
        ...{ detached: true, attributes: null },
      },
      ops,
    );
    expect(streamed(cut, prepared.toBeSigned, 10)).toMatchObject({
      reason: { code: 'ERR_CMS_ATTRIBUTE_INVALID', params: { attribute: 'signedAttrs' } },
    });
  });
});

function elsewhere(): Certificate {
  return authorityCertificate({ name: name('Elsewhere'), key: keys('elsewhere') }, keys('else'));
}
