import { derOctetString, derOid, derSetOf, derTime, derUtf8String, oids } from '@onelock/core/asn1';
import { concatBytes } from '@onelock/core/bytes';
import { computeZa, parsePrivateKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import { ownCertificate, ownKey } from '../../test/support/certificates.ts';
import { attribute, buildMessage, honestAttributes, type MessageSpec } from '../../test/support/message-builder.ts';
import { keyRing, makeCertificate, name } from '../../test/support/test-ca.ts';
import { checkSigners, type SignerMaterial } from './check-signers.ts';
import { parseSignedData } from './parse-signed-data.ts';
import { prepareSignedData } from './prepare-signed-data.ts';

const ops = createNodeCrypto();
const certificate = ownCertificate('sm2/leaf');
const key = parsePrivateKey(ownKey('sm2/leaf'));
const content = new TextEncoder().encode('甲公司投标函');

const build = (spec: Partial<MessageSpec> = {}): Uint8Array =>
  buildMessage({ content, certificate, key, ...spec }, ops);

function codeOf(der: Uint8Array, material: SignerMaterial = {}): string {
  const [check] = checkSigners(parseSignedData(der), material, ops);
  if (check === undefined) return 'no signer';
  return check.verdict.indication === 'passed' ? 'passed' : check.verdict.reason.code;
}

describe('a GM/T 0010 message', () => {
  it('passes with attributes, without them, and with the content beside it', () => {
    expect(codeOf(build())).toBe('passed');
    expect(codeOf(build({ attributes: null }))).toBe('passed');
    expect(codeOf(build({ detached: true }), { content })).toBe('passed');
    expect(codeOf(build({ detached: true, attributes: null }), { content })).toBe('passed');
  });

  it.each([
    ['301.1', oids.sm2Sign],
    ['501', oids.sm2WithSm3],
    ['301', oids.sm2],
    ['id-ecPublicKey', oids.ecPublicKey],
  ])('passes with the signature called %s', (_title, signatureAlgorithm) => {
    expect(codeOf(build({ signatureAlgorithm }))).toBe('passed');
  });

  it('passes under the type OIDs of PKCS#7', () => {
    const spec = { outerType: oids.signedData, contentType: oids.data };
    expect(codeOf(build({ ...spec, attributes: honestAttributes(content, ops, oids.data) }))).toBe('passed');
  });

  it('names its signer by subject key identifier as well', () => {
    expect(codeOf(build({ byKeyIdentifier: true }))).toBe('passed');
  });

  it('tells the signing time and calls it a claim only', () => {
    const time = attribute(oids.signingTime, derTime(new Date('2026-06-01T08:00:00Z')));
    const message = build({ attributes: [...honestAttributes(content, ops), time] });
    const [check] = checkSigners(parseSignedData(message), {}, ops);
    expect(check?.signingTime).toEqual(new Date('2026-06-01T08:00:00Z'));
  });

  it('needs its content, and the same content', () => {
    expect(codeOf(build({ detached: true }))).toBe('ERR_CMS_CONTENT_ABSENT');
    expect(codeOf(build({ detached: true }), { content: content.subarray(1) })).toBe('ERR_CMS_DIGEST_MISMATCH');
    expect(codeOf(build({ detached: true, attributes: null }), { content: content.subarray(1) })).toBe(
      'ERR_SIGNATURE_INVALID',
    );
    expect(codeOf(build(), { content })).toBe('passed');
    expect(codeOf(build(), { content: content.subarray(1) })).toBe('ERR_CMS_CONTENT_MISMATCH');
  });

  it('needs its signer’s certificate, inside or given', () => {
    const bare = build({ certificates: [] });
    expect(codeOf(bare)).toBe('ERR_CMS_SIGNER_CERTIFICATE_ABSENT');
    expect(codeOf(bare, { certificates: [certificate] })).toBe('passed');
  });

  it('is judged by the certificate that fits when two claim the same issuer and number', () => {
    const keys = keyRing(ops, { kind: 'sm2' });
    const issuer = { name: name('ca'), key: keys('ca') };
    const twins = ['first', 'second'].map((label) =>
      makeCertificate({ subject: name(label), key: keys(label), issuer, serial: 7 }, ops),
    );
    const [first, second] = twins;
    if (first === undefined || second === undefined) throw new Error('two certificates were made');
    const spec = { certificate: second, key: keys('second').privateKey, certificates: twins.map(({ der }) => der) };
    const [check] = checkSigners(parseSignedData(build(spec)), {}, ops);
    expect(check?.verdict.indication).toBe('passed');
    expect(check?.certificate?.der).toEqual(second.der);
  });
});

describe('signed attributes', () => {
  const [type, digest] = honestAttributes(content, ops);
  if (type === undefined || digest === undefined) throw new Error('two attributes are honest');
  const invalid = (...attributes: readonly Uint8Array[]): string => codeOf(build({ attributes }));

  it.each([
    ['without contentType', [digest]],
    ['without messageDigest', [type]],
    ['with contentType twice', [type, type, digest]],
    ['with messageDigest twice', [type, digest, digest]],
    ['with two values of contentType', [attribute(oids.contentType, derOid(oids.gmData), derOid(oids.data)), digest]],
    ['with a messageDigest without value', [type, attribute(oids.messageDigest)]],
    ['with a contentType that is no OID', [attribute(oids.contentType, derUtf8String('data')), digest]],
    ['with another contentType', [attribute(oids.contentType, derOid(oids.data)), digest]],
    ['with a signing time that is no time', [type, digest, attribute(oids.signingTime, derUtf8String('now'))]],
    ['with a countersignature among them', [type, digest, attribute(oids.countersignature, derUtf8String('x'))]],
  ])('are refused %s', (_title, attributes) => {
    expect(invalid(...attributes)).toBe('ERR_CMS_ATTRIBUTE_INVALID');
  });

  it('hold the plain digest, not the one with ZA', () => {
    if (certificate.publicKey.kind !== 'sm2') throw new Error('sm2/leaf has an SM2 key');
    const za = computeZa(ops, certificate.publicKey.point, sm2DefaultUserId);
    const withZa = attribute(oids.messageDigest, derOctetString(ops.digest('sm3', za, content)));
    expect(invalid(type, withZa)).toBe('ERR_CMS_DIGEST_MISMATCH');
  });

  it('are signed under the tag of a SET, not under [0]', () => {
    const underTag0 = (toBeSigned: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(0xa0), toBeSigned.subarray(1));
    expect(codeOf(build({ signed: underTag0 }))).toBe('ERR_SIGNATURE_INVALID');
  });

  it('must be there for content that is not plain data', () => {
    expect(codeOf(build({ contentType: oids.tstInfo, attributes: null }))).toBe('ERR_CMS_ATTRIBUTE_INVALID');
  });

  it('mean nothing when they are not signed, and are refused there', () => {
    const time = attribute(oids.signingTime, derTime(new Date('2026-06-01T08:00:00Z')));
    expect(codeOf(build({ unsignedAttributes: [time] }))).toBe('ERR_CMS_ATTRIBUTE_INVALID');
    expect(codeOf(build({ unsignedAttributes: [attribute('1.2.3.4', derUtf8String('anything'))] }))).toBe('passed');
  });
});

describe('algorithms', () => {
  it('of the key and of the message must agree', () => {
    expect(codeOf(build({ signatureAlgorithm: oids.sha256WithRsaEncryption }))).toBe(
      'ERR_SIGNATURE_ALGORITHM_MISMATCH',
    );
    expect(codeOf(build({ signatureAlgorithm: oids.ecdsaWithSha256 }))).toBe('ERR_SIGNATURE_ALGORITHM_MISMATCH');
    expect(codeOf(build({ digestAlgorithm: oids.sha256 }))).toBe('ERR_SIGNATURE_ALGORITHM_MISMATCH');
  });

  it('that we do not do leave the verdict open', () => {
    expect(codeOf(build({ digestAlgorithm: oids.md5 }))).toBe('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
    const [check] = checkSigners(parseSignedData(build({ digestAlgorithm: oids.md5 })), {}, ops);
    expect(check?.verdict).toMatchObject({ indication: 'indeterminate', needs: [{ kind: 'algorithm' }] });
  });
});

describe('attacks on messages', () => {
  it('cannot pass attributes off as content by cutting them off', () => {
    const attributes = honestAttributes(content, ops);
    const stripped = build({ content: derSetOf(...attributes), attributes: null });
    expect(codeOf(stripped)).toBe('ERR_CMS_ATTRIBUTE_INVALID');
  });

  it('cannot borrow a signature made by a plain login or raw signature', () => {
    const other = new TextEncoder().encode('another text');
    expect(codeOf(build({ signed: () => other }))).toBe('ERR_SIGNATURE_INVALID');
  });

  it('cannot hide a missing signer: an empty message has no check', () => {
    const message = parseSignedData(build());
    expect(checkSigners({ ...message, signers: [] }, {}, ops)).toEqual([]);
  });
});

describe('making a message', () => {
  it.each(['sm2/leaf', 'rsa/leaf', 'p256/leaf'])('gives one that %s verifies', (label) => {
    const signer = ownCertificate(label);
    const prepared = prepareSignedData({ content, detached: false, certificate: signer }, ops);
    const message = prepared.assemble(
      ops.sign(parsePrivateKey(ownKey(label)), prepared.algorithm, prepared.toBeSigned),
    );
    expect(prepared.toBeSigned[0]).toBe(0x31);
    expect(codeOf(message)).toBe('passed');
    expect(parseSignedData(message).family).toBe(label.startsWith('sm2') ? 'gm' : 'pkcs7');
  });

  it('never gives one whose signature is another key’s', () => {
    const prepared = prepareSignedData({ content, detached: true, certificate }, ops);
    const foreign = ops.sign(parsePrivateKey(ownKey('sm2/encrypt')), prepared.algorithm, prepared.toBeSigned);
    expect(() => prepared.assemble(foreign)).toFailWith('ERR_SIGNATURE_INVALID');
  });

  it('writes the signer’s certificate once, and the chain beside it', () => {
    const chain = [certificate, ownCertificate('sm2/intermediate')];
    const prepared = prepareSignedData({ content, detached: true, certificate, chain }, ops);
    const message = parseSignedData(prepared.assemble(ops.sign(key, prepared.algorithm, prepared.toBeSigned)));
    expect(message.certificates.length).toBe(2);
    expect(message.content).toBeNull();
  });

  it('refuses GM types for keys that are not SM2', () => {
    const rsa = ownCertificate('rsa/leaf');
    expect(() => prepareSignedData({ content, detached: true, certificate: rsa, family: 'gm' }, ops)).toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
  });
});
