import { derExplicit, derOid, derSequence, derValue, oids } from '@onelock/core/asn1';
import { fromHex, utf8Encode } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ops } from '../../test/support/engine.ts';
import { keyRing, makeCertificate, name } from '../../test/support/test-ca.ts';
import {
  accuracy,
  authorityCertificate,
  granted,
  makeToken,
  refused,
  type StampSpec,
} from '../../test/support/test-tsa.ts';
import { checkTimestampToken, type StampedMaterial } from './check-token.ts';
import { encodeTimestampRequest, parseTimestampRequest } from './request.ts';
import { parseTimestampResponse, requireGranted } from './response.ts';
import { parseTimestampToken } from './token.ts';

const content = utf8Encode('投标文件');
const keys = keyRing(ops, { kind: 'sm2' });
const issuer = { name: name('Test CA'), key: keys('ca') };
const tsa = { certificate: authorityCertificate(issuer, keys('tsa')), key: keys('tsa') };
const stamp = (change: Partial<StampSpec> = {}): Uint8Array => makeToken({ ...tsa, content, ...change });

function codeOf(der: Uint8Array, material: StampedMaterial = { content }): string {
  const { verdict } = checkTimestampToken(parseTimestampToken(der), material, ops);
  if (verdict.indication === 'passed') return 'passed';
  const { rule, field, attribute } = verdict.reason.params;
  return [verdict.reason.code, rule ?? field ?? attribute].filter((part) => part !== undefined).join(' ');
}

describe('a question', () => {
  const digest = ops.digest('sm3', content);

  it.each(['sm3', 'sha256', 'sha384', 'sha512'] as const)('reads back as it was put: %s', (digestAlgorithm) => {
    const value = ops.digest(digestAlgorithm, content);
    const nonce = fromHex('80ff00');
    const der = encodeTimestampRequest({ digestAlgorithm, digest: value, nonce, policy: '1.2.3.4.1' });
    expect(parseTimestampRequest(der)).toMatchObject({
      imprint: { digestAlgorithm, digest: value },
      policy: '1.2.3.4.1',
      nonce: fromHex('0080ff00'),
      wantsCertificate: true,
    });
  });

  it('may leave away what is optional', () => {
    const der = encodeTimestampRequest({ digestAlgorithm: 'sm3', digest, wantsCertificate: false });
    expect(parseTimestampRequest(der)).toMatchObject({ policy: null, nonce: null, wantsCertificate: false });
  });

  it('is not put over a digest of another length', () => {
    const question = { digestAlgorithm: 'sha512', digest } as const;
    expect(() => encodeTimestampRequest(question)).toFailWith('ERR_TIMESTAMP_MALFORMED');
  });
});

describe('an answer', () => {
  it('brings the token it grants', () => {
    const response = parseTimestampResponse(granted(stamp()));
    expect(response).toMatchObject({ status: 'granted', failure: [] });
    expect(requireGranted(response).info.serialNumber).toBe('1267');
  });

  it('says why it refuses', () => {
    const response = parseTimestampResponse(refused());
    expect(response).toMatchObject({ status: 'rejection', failure: ['badAlg'], token: null });
    expect(() => requireGranted(response)).toFailWith('ERR_TIMESTAMP_REFUSED');
  });

  it('that grants nothing, or refuses and brings a token, is malformed', () => {
    expect(() => parseTimestampResponse(derSequence(derSequence(Uint8Array.of(2, 1, 0))))).toFailWith(
      'ERR_TIMESTAMP_MALFORMED',
    );
    expect(() => parseTimestampResponse(derSequence(derSequence(Uint8Array.of(2, 1, 2)), stamp()))).toFailWith(
      'ERR_TIMESTAMP_MALFORMED',
    );
  });
});

describe('a token', () => {
  it.each<[string, Partial<StampSpec>]>([
    ['SM2 and SM3 under PKCS#7 types', {}],
    ['SM2 and SM3 under GM types', { family: 'gm' }],
    ['over SHA-256', { digestAlgorithm: 'sha256' }],
    ['naming its certificate by version 1', { namedBy: 'signingCertificate' }],
  ])('passes: %s', (_title, change) => {
    expect(codeOf(stamp(change))).toBe('passed');
  });

  it('tells its time, accuracy, order and authority', () => {
    const der = stamp({
      time: utf8Encode('20260601080000.25Z'),
      accuracy: accuracy(1, 500, 250),
      ordering: true,
      authority: derExplicit(4, tsa.certificate.subjectDer),
    });
    expect(parseTimestampToken(der).info).toMatchObject({
      time: new Date('2026-06-01T08:00:00.250Z'),
      accuracyMicroseconds: 1_500_250,
      ordering: true,
    });
    expect(codeOf(der)).toBe('passed');
  });

  it.each<[string, StampedMaterial]>([
    ['the content', { content }],
    ['its digest', { digest: { algorithm: 'sm3', value: ops.digest('sm3', content) } }],
  ])('is held against %s', (_title, material) => {
    expect(codeOf(stamp(), material)).toBe('passed');
  });

  it('is held against something, never against nothing', () => {
    expect(() => checkTimestampToken(parseTimestampToken(stamp()), {}, ops)).toThrow(TypeError);
  });

  const wrongDigest = { algorithm: 'sha256', value: ops.digest('sha256', content) } as const;
  it.each<[string, Partial<StampSpec>, StampedMaterial, string]>([
    ['other content', {}, { content: content.subarray(1) }, 'ERR_TIMESTAMP_MISMATCH messageImprint'],
    ['a digest of another algorithm', {}, { digest: wrongDigest }, 'ERR_TIMESTAMP_MISMATCH messageImprint'],
    [
      'another authority’s name',
      { authority: derExplicit(4, name('Another')) },
      { content },
      'ERR_TIMESTAMP_MISMATCH tsa',
    ],
    ['no certificate named', { names: false }, { content }, 'ERR_CMS_ATTRIBUTE_INVALID signingCertificate'],
  ])('fails for %s', (_title, change, material, code) => {
    expect(codeOf(stamp(change), material)).toBe(code);
  });

  it('fails when it names another certificate than its signer’s', () => {
    const names = makeCertificate({ subject: name('x'), key: keys('tsa'), issuer }, ops);
    expect(codeOf(stamp({ names }))).toMatch(/^ERR_CMS_ATTRIBUTE_INVALID signingCertificateV2/);
  });

  it.each<[string, Parameters<typeof authorityCertificate>[2], string]>([
    ['no purpose', { purposes: [] }, 'extendedKeyUsage timeStamping'],
    ['another purpose', { purposes: [oids.clientAuth] }, 'extendedKeyUsage timeStamping'],
    ['two purposes', { purposes: [oids.timeStamping, oids.clientAuth] }, 'extendedKeyUsage timeStamping only'],
    ['a purpose that is not critical', { critical: false }, 'extendedKeyUsage critical'],
  ])('fails by a certificate of %s', (_title, change, rule) => {
    const certificate = authorityCertificate(issuer, keys('tsa'), change);
    expect(codeOf(stamp({ certificate }))).toBe(`ERR_TIMESTAMP_AUTHORITY_INVALID ${rule}`);
  });

  it('fails for another question: nonce, policy or imprint', () => {
    const ask = (change: object): StampedMaterial => ({
      request: parseTimestampRequest(
        encodeTimestampRequest({
          digestAlgorithm: 'sm3',
          digest: ops.digest('sm3', content),
          nonce: Uint8Array.of(9),
          ...change,
        }),
      ),
    });
    const answer = { nonce: Uint8Array.of(9) };
    expect(codeOf(stamp(answer), ask({}))).toBe('passed');
    expect(codeOf(stamp(answer), ask({ policy: '1.2.3.4.1' }))).toBe('passed');
    expect(codeOf(stamp(answer), ask({ policy: '1.2.3.4.2' }))).toBe('ERR_TIMESTAMP_MISMATCH policy');
    expect(codeOf(stamp({ nonce: Uint8Array.of(8) }), ask({}))).toBe('ERR_TIMESTAMP_MISMATCH nonce');
    expect(codeOf(stamp(), ask({}))).toBe('ERR_TIMESTAMP_MISMATCH nonce');
    expect(codeOf(stamp(answer), ask({ digest: new Uint8Array(32) }))).toBe('ERR_TIMESTAMP_MISMATCH messageImprint');
  });

  it('waits for its authority’s certificate', () => {
    const bare = stamp({ certificates: [] });
    expect(codeOf(bare)).toMatch(/^ERR_CMS_SIGNER_CERTIFICATE_ABSENT/);
    expect(codeOf(bare, { content, certificates: [tsa.certificate] })).toBe('passed');
  });

  it.each<[string, string]>([
    ['20260601080000Z', '2026-06-01T08:00:00.000Z'],
    ['20260601080000.1Z', '2026-06-01T08:00:00.100Z'],
    ['20260601080000.123456Z', '2026-06-01T08:00:00.123Z'],
  ])('reads the time %s', (text, iso) => {
    expect(parseTimestampToken(stamp({ time: utf8Encode(text) })).info.time.toISOString()).toBe(iso);
  });

  it.each([
    '20260601080000.0Z',
    '20260601080000.10Z',
    '202606010800Z',
    '20260230080000Z',
    '20260601080000',
    '20260601080060Z',
    '20260601080000+0800',
  ])('refuses the time %s', (text) => {
    expect(() => parseTimestampToken(stamp({ time: utf8Encode(text) }))).toFailWith('ERR_TIMESTAMP_MALFORMED');
  });

  it('is SignedData around TSTInfo and nothing else', () => {
    expect(() => parseTimestampToken(stamp({ contentType: oids.data }))).toFailWith('ERR_TIMESTAMP_MALFORMED');
  });

  it('that is an evidence record is refused by name', () => {
    const algorithms = derSequence(derSequence(derOid(oids.sha256)));
    const record = derSequence(Uint8Array.of(2, 1, 1), algorithms, derValue(0x30), derValue(0x30));
    expect(() => parseTimestampToken(record)).toFailWith('ERR_TIMESTAMP_FORM_UNSUPPORTED');
    expect(() => parseTimestampToken(utf8Encode('<EvidenceRecord/>'))).toFailWith('ERR_TIMESTAMP_FORM_UNSUPPORTED');
  });
});

describe('hostile bytes', () => {
  const outcome = (attempt: () => unknown): string => {
    try {
      attempt();
      return 'read';
    } catch (error) {
      if (isCodedError(error)) return error.code;
      throw error;
    }
  };
  const token = stamp({ nonce: Uint8Array.of(7), accuracy: accuracy(1, 5, 5) });
  const request = parseTimestampRequest(
    encodeTimestampRequest({ digestAlgorithm: 'sm3', digest: ops.digest('sm3', content), nonce: Uint8Array.of(7) }),
  );

  it('cut off anywhere are a coded refusal', () => {
    for (let length = 0; length < token.length; length++)
      expect(outcome(() => parseTimestampToken(token.subarray(0, length)))).toMatch(/^ERR_/);
  });

  it('changed anywhere never pass for the same question, but in what is not signed', () => {
    const signer = parseTimestampToken(token).signedData.signers[0];
    const signedFrom = Buffer.from(token).indexOf(Buffer.from(tsa.certificate.der));
    const unsigned = new Set<number>();
    for (let index = 0; index < token.length; index += 3) {
      const changed = Uint8Array.from(token);
      changed[index] = (changed[index] ?? 0) ^ 0x01;
      if (outcome(() => requirePassed(changed)) === 'read') unsigned.add(index);
    }
    expect(signer).toBeDefined();
    // The hints at the head (versions, digestAlgorithms) are the only octets that nobody signs and nobody believes.
    expect([...unsigned].filter((index) => index > 80 && index < signedFrom)).toEqual([]);
    expect([...unsigned].filter((index) => index >= signedFrom)).toEqual([]);
  });

  function requirePassed(der: Uint8Array): void {
    const parsed = parseTimestampToken(der);
    if (checkTimestampToken(parsed, { request }, ops).verdict.indication !== 'passed')
      parseTimestampToken(new Uint8Array(0));
  }

  it('are a coded refusal to every reader', () => {
    const readers = [parseTimestampToken, parseTimestampResponse, parseTimestampRequest];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(2), (bytes, which) =>
        outcome(() => (readers[which] ?? parseTimestampToken)(bytes)).startsWith('ERR_'),
      ),
      { numRuns: 500 },
    );
  });
});
