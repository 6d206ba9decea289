import {
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  derValue,
  derValueOf,
  oids,
} from '@onelock/core/asn1';
import { parseSignedData } from '@onelock/core/cms';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { judgeMessage, type SignerReport } from '@onelock/core/validation';
import { describe, expect, it } from 'vitest';
import { anchor } from '../../test/support/certificates.ts';
import { ops } from '../../test/support/engine.ts';
import { attribute, buildMessage, honestAttributes, type MessageSpec } from '../../test/support/message-builder.ts';
import { basicConstraints, keyRing, keyUsage, makeCertificate, name } from '../../test/support/test-ca.ts';

const content = new TextEncoder().encode('合同');
const key = keyRing(ops, { kind: 'sm2' });
const ca = { name: name('CA'), key: key('ca') };
const root = makeCertificate(
  { subject: ca.name, key: ca.key, issuer: ca, extensions: [basicConstraints(), keyUsage(5)] },
  ops,
);
const certificate = makeCertificate(
  { subject: name('signer'), key: key('signer'), issuer: ca, extensions: [keyUsage(0)] },
  ops,
);

function judged(message: Uint8Array, deviations?: readonly []): SignerReport | undefined {
  return judgeMessage(
    {
      ...{ message: parseSignedData(message), intermediates: [], trustAnchors: [anchor(root)], deviations },
      ...{ at: new Date('2026-06-01T00:00:00Z'), profile: 'gm-sign', revocation: 'none' },
    },
    ops,
  ).signers[0];
}

const build = (change: Partial<MessageSpec>): Uint8Array =>
  buildMessage({ content, certificate, key: key('signer').privateKey, ...change }, ops);

/** The same message with the attributes written in the other order: their lengths stay. */
function reordered(message: Uint8Array, attributes: readonly Uint8Array[]): Uint8Array {
  const [sorted, own] = [derSetOf(...attributes), derValueOf(derTag.set, [...attributes])].map((set) =>
    set.subarray(2),
  );
  const at = Buffer.from(message).indexOf(Buffer.from(sorted ?? []));
  const copy = Uint8Array.from(message);
  copy.set(own ?? [], at);
  return copy;
}

describe('signed attributes that are not in the order of DER', () => {
  const [type, digest] = honestAttributes(content, ops);
  const backwards = [digest ?? new Uint8Array(), type ?? new Uint8Array()];

  it('are signed as DER would have them, and pass', () => {
    const message = reordered(build({}), backwards);
    expect(message).not.toEqual(build({}));
    expect(judged(message)).toMatchObject({ indication: 'passed' });
    expect(judged(message)).not.toHaveProperty('deviations');
  });

  it('pass as a declared departure when they are signed as they stand, and fail when it is not declared', () => {
    const own = derValueOf(derTag.set, backwards);
    const message = reordered(build({ signed: () => own }), backwards);
    expect(judged(message)).toMatchObject({
      indication: 'passed',
      deviations: [{ symptom: 'signed-attributes-unsorted', authority: 'any' }],
    });
    expect(judged(message, [])).toMatchObject({ indication: 'failed', reason: { code: 'ERR_DEVIATION_UNDECLARED' } });
  });

  it('fail when neither was signed', () => {
    const other = derValueOf(derTag.set, [...backwards, attribute(oids.signingTime, derNull())]);
    expect(judged(reordered(build({ signed: () => other }), backwards))).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_SIGNATURE_INVALID' },
    });
  });
});

describe('the algorithms that a signer states under the signature', () => {
  const signed = (value: Uint8Array): Uint8Array =>
    build({ attributes: [...honestAttributes(content, ops), attribute(oids.cmsAlgorithmProtection, value)] });
  const protection = (digest: string, signature: string, ...parameters: readonly Uint8Array[]): Uint8Array =>
    derSequence(derSequence(derOid(digest)), derValue(0xa1, derOid(signature), ...parameters));

  it.each([
    ['without parameters', protection(oids.sm3, oids.sm2Sign)],
    ['with NULL', protection(oids.sm3, oids.sm2Sign, derNull())],
  ])('pass when they are those outside: %s', (_title, value) => {
    expect(judged(signed(value))?.indication).toBe('passed');
  });

  it.each([
    ['another digest', protection(oids.sha256, oids.sm2Sign)],
    ['another signature', protection(oids.sm3, oids.sm2WithSm3)],
    ['parameters', protection(oids.sm3, oids.sm2Sign, derOctetString(sm2DefaultUserId))],
    ['a MAC', derSequence(derSequence(derOid(oids.sm3)), derValue(0xa2, derOid(oids.sm2Sign)))],
    ['nothing', derSequence()],
  ])('fail when they are others (RFC 6211): %s', (_title, value) => {
    expect(judged(signed(value))).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_CMS_ATTRIBUTE_INVALID', params: { attribute: 'cmsAlgorithmProtection' } },
    });
  });
});
