import {
  derExplicit,
  derImplicit,
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
import { concatBytes } from '@onelock/core/bytes';
import { decodeEcdsaSignature, decodeSm2Cipher, sm2DefaultUserId } from '@onelock/core/crypto';
import type { Deviation, Symptom } from '@onelock/core/deviations';
import { judgeMessage } from '@onelock/core/validation';
import type { Certificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { ciphers, ops } from '../../test/support/engine.ts';
import { buildMessage } from '../../test/support/message-builder.ts';
import { keyRing, keyUsage, makeCertificate, name } from '../../test/support/test-ca.ts';
import { openEnvelope } from './open-envelope.ts';
import { parseEnvelope } from './parse-envelope.ts';
import { parseSignedData } from './parse-signed-data.ts';

const at = new Date('2026-11-22T00:00:00Z');
const content = new TextEncoder().encode('偏差');
const keys = keyRing(ops, { kind: 'sm2' });
const cfca = name([oids.organizationName, 'China Financial Certification Authority'], 'CFCA TEST SM2 OCA1');
const other = name([oids.organizationName, 'Another Authority'], 'XCFCAB');

const issuedBy = (issuer: Uint8Array, usage: number): Certificate =>
  makeCertificate(
    {
      subject: name('holder'),
      key: keys('holder'),
      issuer: { name: issuer, key: keys('ca') },
      extensions: [keyUsage(usage)],
    },
    ops,
  );

interface Odd {
  readonly byKey?: boolean;
  readonly version?: number;
  readonly cipherOid?: string;
  readonly layout?: (parts: { c1: Uint8Array; c2: Uint8Array; c3: Uint8Array }) => Uint8Array;
}

/** A GM/T 0010 envelope that departs from the standard in the ways asked for. */
function oddEnvelope(certificate: Certificate, odd: Odd): Uint8Array {
  const contentKey = ops.random(16);
  const iv = ops.random(16);
  const wrapped = ciphers.encryptKey(certificate.publicKey, { kind: 'sm2' }, contentKey);
  const identifier =
    odd.byKey === true
      ? derImplicit(0, ops.digest('sha1', certificate.publicKey.kind === 'sm2' ? certificate.publicKey.point : content))
      : derSequence(certificate.issuerDer, derValue(derTag.integer, certificate.serialNumberBytes));
  const recipient = derSequence(
    derInteger(odd.version ?? (odd.byKey === true ? 2 : 1)),
    identifier,
    derSequence(derOid(oids.sm2Encrypt), derNull()),
    derOctetString(odd.layout === undefined ? wrapped : odd.layout(decodeSm2Cipher(wrapped))),
  );
  const encrypted = derSequence(
    derOid(oids.gmData),
    derSequence(derOid(odd.cipherOid ?? oids.sm4Cbc), derOctetString(iv)),
    derImplicit(0, ciphers.encrypt('sm4-cbc', contentKey, iv, content)),
  );
  const body = derSequence(derInteger(1), derSetOf(recipient), encrypted);
  return derSequence(derOid(oids.gmEnvelopedData), derExplicit(0, body));
}

function open(der: Uint8Array, certificate: Certificate, moment = at): readonly Symptom[] {
  const opened = openEnvelope(
    { envelope: parseEnvelope(der), certificate, policy: { at: moment } },
    ({ scheme, encryptedKey }) => ciphers.decryptKey(keys('holder').privateKey, scheme, encryptedKey),
    ops,
    ciphers,
  );
  expect(opened.content).toEqual(content);
  return opened.deviations.map(({ symptom }) => symptom);
}

const cases: readonly (readonly [Symptom, Odd])[] = [
  ['recipient-by-key-identifier', { byKey: true }],
  ['sm4-cbc-without-mode', { cipherOid: oids.sm4 }],
  ['sm2-ciphertext-c1c2c3-bare', { layout: ({ c1, c2, c3 }) => concatBytes(c1.subarray(1), c2, c3) }],
  ['sm2-ciphertext-c1c3c2-bare', { layout: ({ c1, c2, c3 }) => concatBytes(c1.subarray(1), c3, c2) }],
];

describe('a deviation that CFCA declares', () => {
  it.each(cases)('%s opens for a certificate of CFCA and is counted', (symptom, odd) => {
    const certificate = issuedBy(cfca, 2);
    expect(open(oddEnvelope(certificate, odd), certificate)).toEqual([symptom]);
  });

  it.each(cases)('%s is refused by name for another authority', (_symptom, odd) => {
    const certificate = issuedBy(other, 2);
    expect(() => open(oddEnvelope(certificate, odd), certificate)).toFailWith('ERR_DEVIATION_UNDECLARED');
  });

  it.each(cases)('%s is refused after its last day', (_symptom, odd) => {
    const certificate = issuedBy(cfca, 2);
    const late = new Date('2031-01-01T00:00:00Z');
    expect(() => open(oddEnvelope(certificate, odd), certificate, late)).toFailWith('ERR_DEVIATION_UNDECLARED');
  });

  it('may come in company, each counted', () => {
    const certificate = issuedBy(cfca, 2);
    const odd = Object.assign({}, ...cases.map(([, each]) => each)) as Odd;
    expect(open(oddEnvelope(certificate, odd), certificate)).toHaveLength(3);
  });
});

describe('a deviation that nobody declares', () => {
  it.each<[string, NonNullable<Odd['layout']>]>([
    ['C1C2C3 with its mark', ({ c1, c2, c3 }) => concatBytes(c1, c2, c3)],
    ['C1C3C2 with its mark', ({ c1, c2, c3 }) => concatBytes(c1, c3, c2)],
  ])('does not open, for CFCA neither: %s', (_title, layout) => {
    const certificate = issuedBy(cfca, 2);
    expect(() => open(oddEnvelope(certificate, { layout }), certificate)).toFailWith('ERR_DEVIATION_UNDECLARED');
  });

  it('is malformed where no rule could read it', () => {
    const certificate = issuedBy(cfca, 2);
    expect(() => open(oddEnvelope(certificate, { version: 3 }), certificate)).toFailWith('ERR_ENVELOPE_MALFORMED');
    expect(() => open(oddEnvelope(certificate, { byKey: true, version: 1 }), certificate)).toFailWith(
      'ERR_ENVELOPE_MALFORMED',
    );
  });
});

describe('a deviation that everybody may show', () => {
  it('recipient-version-of-pkcs7 opens and is counted', () => {
    const certificate = issuedBy(other, 2);
    expect(open(oddEnvelope(certificate, { version: 0 }), certificate)).toEqual(['recipient-version-of-pkcs7']);
  });
});

describe('a signed message', () => {
  const certificate = issuedBy(other, 0);
  const anchor = { kind: 'name-and-key', publicKey: keys('ca').publicKey, name: certificate.issuer } as const;
  const judge = (
    message: Uint8Array,
    deviations?: readonly Deviation[],
  ): ReturnType<typeof judgeMessage>['signers'][number] | undefined => {
    const evidence = { intermediates: [], trustAnchors: [anchor], at, profile: 'rfc5280', revocation: 'none' } as const;
    return judgeMessage({ message: parseSignedData(message), ...evidence, deviations }, ops).signers[0];
  };
  const message = (change: object = {}): Uint8Array =>
    buildMessage({ content, certificate, key: keys('holder').privateKey, ...change }, ops);
  const asTwoNumbers = (): Uint8Array => {
    const key = keys('holder').privateKey;
    const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    const raw = decodeEcdsaSignature(ops.sign(key, algorithm, content));
    return signedWithout(raw);
  };

  /** A message without attributes around these octets as signature. */
  function signedWithout(raw: Uint8Array): Uint8Array {
    const digest = derSequence(derOid(oids.sm3), derNull());
    const signer = derSequence(
      derInteger(1),
      derSequence(certificate.issuerDer, derValue(derTag.integer, certificate.serialNumberBytes)),
      digest,
      derSequence(derOid(oids.sm2Sign), derNull()),
      derOctetString(raw),
    );
    const signedData = derSequence(
      derInteger(1),
      derSetOf(digest),
      derSequence(derOid(oids.gmData), derExplicit(0, derOctetString(content))),
      derExplicit(0, certificate.der),
      derSetOf(signer),
    );
    return derSequence(derOid(oids.gmSignedData), derExplicit(0, signedData));
  }

  it('that keeps the standard reports none', () => {
    const report = judge(message());
    expect(report?.indication).toBe('passed');
    expect(report && 'deviations' in report).toBe(false);
  });

  it.each<[Symptom, () => Uint8Array]>([
    ['sm2-signature-named-501', () => message({ signatureAlgorithm: oids.sm2WithSm3 })],
    ['sm2-signature-named-301', () => message({ signatureAlgorithm: oids.sm2 })],
    ['sm2-signature-named-ec-public-key', () => message({ signatureAlgorithm: oids.ecPublicKey })],
    ['pkcs7-types-around-gm-algorithms', () => message({ outerType: oids.signedData })],
    ['signature-as-two-numbers', asTwoNumbers],
  ])('with %s passes and counts it, and fails by name without its row', (symptom, make) => {
    const report = judge(make());
    expect(report).toMatchObject({ indication: 'passed', deviations: [{ symptom, authority: 'any' }] });
    expect(judge(make(), [])).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_DEVIATION_UNDECLARED', params: { deviation: symptom, authority: 'Another Authority' } },
    });
  });

  it('is not saved by a deviation: a wrong r ‖ s is a wrong signature', () => {
    const whole = asTwoNumbers();
    const changed = Uint8Array.from(whole);
    changed[whole.length - 1] = (changed[whole.length - 1] ?? 0) ^ 1;
    expect(judge(changed)).toMatchObject({ indication: 'failed', reason: { code: 'ERR_SIGNATURE_INVALID' } });
  });
});
