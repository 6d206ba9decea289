import { derExplicit, derOctetString, derOid, derSequence, oids, readDer } from '@onelock/core/asn1';
import { addUnsignedAttribute, parseSignedData } from '@onelock/core/cms';
import type { Certificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { anchor } from '../../test/support/certificates.ts';
import { ops } from '../../test/support/engine.ts';
import { buildMessage } from '../../test/support/message-builder.ts';
import { basicConstraints, keyRing, keyUsage, makeCertificate, name } from '../../test/support/test-ca.ts';
import { makeCrl } from '../../test/support/test-crl.ts';
import { makeResponse, revokedStatus } from '../../test/support/test-ocsp.ts';
import { authorityCertificate, makeToken } from '../../test/support/test-tsa.ts';
import { judgeMessage, type MessageEvidence } from './judge-message.ts';
import type { MessageReport } from './report.ts';

const content = new TextEncoder().encode('标书');
const key = keyRing(ops, { kind: 'sm2' });
const ca = { name: name('CA'), key: key('ca') };
const authority = (extensions: readonly Uint8Array[]): Certificate =>
  makeCertificate({ subject: ca.name, key: ca.key, issuer: ca, extensions: [...extensions] }, ops);
const root = authority([basicConstraints(), keyUsage(5, 6)]);
const signer = makeCertificate(
  { subject: name('signer'), key: key('signer'), issuer: ca, extensions: [keyUsage(0)], serial: 77 },
  ops,
);

const response = (revoked = false): Uint8Array =>
  makeResponse(
    { leaf: signer, issuer: root, key: ca.key, ...(revoked && { status: revokedStatus(new Date('2026-05-01'), 1) }) },
    ops,
  );
const list = (revoked = false): Uint8Array => makeCrl({ issuer: ca, entries: revoked ? [{ serial: 77 }] : [] }, ops);
const otherFormat = (format: string, info: Uint8Array): Uint8Array => derExplicit(1, derOid(format), info);
const asResponse = (der: Uint8Array): Uint8Array => otherFormat(oids.ocspRevocationInfo, der);

function judged(revocations: readonly Uint8Array[], change: Partial<MessageEvidence> = {}): MessageReport {
  const message = buildMessage({ content, certificate: signer, key: key('signer').privateKey, revocations }, ops);
  return judge(message, change);
}

function judge(message: Uint8Array, change: Partial<MessageEvidence> = {}): MessageReport {
  return judgeMessage(
    {
      ...{ message: parseSignedData(message), intermediates: [], trustAnchors: [anchor(root)] },
      ...{ at: new Date('2026-06-01T00:00:00Z'), profile: 'bidding', revocation: 'require', ...change },
    },
    ops,
  );
}

/** CAdES revocation-values: the basic response alone, without what stands around it. */
function attributeOf(der: Uint8Array): Uint8Array {
  const fields = readDer(der).sequence();
  fields.next();
  const bytes = fields.next().nested().sequence();
  bytes.next();
  return derSequence(derExplicit(1, derSequence(bytes.next().nested().der)));
}

describe('revocation evidence inside of a message', () => {
  it.each([
    ['a list', list(), { crls: 1, ocspResponses: 0 }, 'crl'],
    ['an OCSP response', asResponse(response()), { crls: 0, ocspResponses: 1 }, 'ocsp'],
  ] as const)('decides as evidence from elsewhere does: %s', (_title, brought, broughtRevocation, source) => {
    expect(judged([]).reason?.code).toBe('ERR_REVOCATION_UNKNOWN');
    expect(judged([brought])).toMatchObject({
      indication: 'passed',
      signers: [{ broughtRevocation, certificate: { revocation: { checked: true, source } } }],
    });
  });

  it.each([
    ['a list', list(true)],
    ['an OCSP response', asResponse(response(true))],
  ])('revokes as well, whatever the caller has: %s', (_title, brought) => {
    const callers = { crls: [list()], ocspResponses: [response()] };
    expect(judged([brought], callers).reason?.code).toBe('ERR_REVOCATION_REVOKED');
  });

  it('may stand among the attributes of a signer', () => {
    const plain = buildMessage({ content, certificate: signer, key: key('signer').privateKey }, ops);
    const having = (der: Uint8Array): Uint8Array =>
      addUnsignedAttribute(plain, 0, 'revocationValues', attributeOf(der));
    expect(judge(having(response()))).toMatchObject({
      indication: 'passed',
      signers: [{ broughtRevocation: { crls: 0, ocspResponses: 1 } }],
    });
    expect(judge(having(response(true))).reason?.code).toBe('ERR_REVOCATION_REVOKED');
    expect(judge(plain).signers[0]).not.toHaveProperty('broughtRevocation');
  });

  it('counts for the authority of a time-stamp too', () => {
    const tsa = authorityCertificate(ca, key('tsa'));
    const plain = buildMessage(
      { content, certificate: signer, key: key('signer').privateKey, revocations: [list()] },
      ops,
    );
    const token = makeToken({
      ...{ certificate: tsa, key: key('tsa'), time: new Date('2026-05-15T00:00:00Z') },
      content: parseSignedData(plain).signers[0]?.signature ?? new Uint8Array(),
    });
    expect(judge(addUnsignedAttribute(plain, 0, 'timeStampToken', token))).toMatchObject({
      indication: 'passed',
      signers: [{ provenTime: '2026-05-15T00:00:00.000Z', timestamps: [{ indication: 'passed' }] }],
    });
  });

  it('is held to the same rules: who signed it, when it was made, whether it can be read', () => {
    const forged = makeCrl({ issuer: { name: ca.name, key: key('a stranger') } }, ops);
    expect(judged([forged]).reason?.params.cause).toBe('ERR_REVOCATION_SIGNATURE_INVALID');
    const stale = { at: new Date('2026-12-01T00:00:00Z') };
    expect(judged([list()], stale).reason?.params.cause).toBe('ERR_REVOCATION_STALE');
    const broken = judged([asResponse(derSequence(derOctetString(content)))], { revocation: 'if-available' });
    expect(broken).toMatchObject({ indication: 'indeterminate', reason: { code: 'ERR_REVOCATION_UNKNOWN' } });
  });

  it('of a format that nobody knows is passed over', () => {
    expect(judged([otherFormat('1.2.3.4', derOctetString(content)), list()]).indication).toBe('passed');
    expect(judged([otherFormat('1.2.3.4', response())]).reason?.code).toBe('ERR_REVOCATION_UNKNOWN');
  });

  it('has a limit far beyond any honest message', () => {
    const crowded = Array.from({ length: 257 }, () => list());
    expect(() => judged(crowded)).toFailWith('ERR_CMS_MALFORMED');
  });
});
