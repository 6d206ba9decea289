import { derExplicit, derOid, derSequence, oids, readDer } from '@onelock/core/asn1';
import { concatBytes, equalBytes } from '@onelock/core/bytes';
import { decodeSm2Cipher, type KeyEncryption, parsePrivateKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { Certificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { ownCertificate, ownKey, withByteChanged } from '../../test/support/certificates.ts';
import { ciphers, ops } from '../../test/support/engine.ts';
import { keyRing, keyUsage, makeCertificate, name } from '../../test/support/test-ca.ts';
import type { OpenedEnvelope } from './open-content.ts';
import { openEnvelope, openEnvelopeLater } from './open-envelope.ts';
import { parseEnvelope } from './parse-envelope.ts';
import { type EnvelopeToSeal, sealEnvelope } from './seal-envelope.ts';

const content = new TextEncoder().encode('投标报价：壹仟贰佰万元整');
const at = new Date('2026-11-22T00:00:00Z');
const sm2 = { certificate: ownCertificate('sm2/encrypt'), key: parsePrivateKey(ownKey('sm2/encrypt')) };
const rsa = (() => {
  const keys = keyRing(ops, { kind: 'rsa', bits: 2048 })('recipient');
  const issuer = { name: name('ca'), key: keys };
  const certificate = makeCertificate(
    { subject: name('recipient'), key: keys, issuer, extensions: [keyUsage(2)] },
    ops,
  );
  return { certificate, key: keys.privateKey };
})();
type Recipient = typeof sm2;

const seal = (recipients: readonly Certificate[], change: Partial<EnvelopeToSeal> = {}): Uint8Array =>
  sealEnvelope({ content, recipients, ...change }, ops, ciphers);

function open(der: Uint8Array, { certificate, key }: Recipient): OpenedEnvelope {
  const input = { envelope: parseEnvelope(der), certificate, policy: { at } };
  return openEnvelope(input, ({ scheme, encryptedKey }) => ciphers.decryptKey(key, scheme, encryptedKey), ops, ciphers);
}

describe('an envelope', () => {
  it.each<[string, Recipient, Partial<EnvelopeToSeal>, string]>([
    ['SM2 and SM4-CBC by GM/T 0010', sm2, {}, oids.gmEnvelopedData],
    ['SM2 and SM4-GCM', sm2, { cipher: 'sm4-gcm' }, oids.authEnvelopedData],
    ['RSA-OAEP and AES-256-CBC', rsa, {}, oids.envelopedData],
    ['RSA PKCS#1 v1.5 and AES-128-CBC', rsa, { rsa: 'pkcs1v15', cipher: 'aes-128-cbc' }, oids.envelopedData],
    ['RSA-OAEP and AES-256-GCM', rsa, { cipher: 'aes-256-gcm' }, oids.authEnvelopedData],
    ['SM2 under PKCS#7 types', sm2, { family: 'pkcs7', cipher: 'sm4-cbc' }, oids.envelopedData],
  ])('opens again: %s', (_title, recipient, change, type) => {
    const der = seal([recipient.certificate], change);
    expect(readDer(der).sequence().next().der).toEqual(derOid(type));
    expect(open(der, recipient)).toEqual({ content, deviations: [] });
  });

  it('opens with the key of any one of many recipients', () => {
    const der = seal([sm2.certificate, rsa.certificate]);
    expect(open(der, sm2).content).toEqual(content);
    expect(open(der, rsa).content).toEqual(content);
  });

  it('carries nothing and a million octets alike', () => {
    for (const octets of [new Uint8Array(0), new Uint8Array(1_000_000).fill(7)])
      expect(equalBytes(open(seal([sm2.certificate], { content: octets }), sm2).content, octets)).toBe(true);
  });

  it('is never the same twice', () => {
    expect(equalBytes(seal([sm2.certificate]), seal([sm2.certificate]))).toBe(false);
  });

  it('opens with a key that answers later', async () => {
    const input = { envelope: parseEnvelope(seal([sm2.certificate])), certificate: sm2.certificate, policy: { at } };
    const unwrap = async (question: { scheme: KeyEncryption; encryptedKey: Uint8Array }): Promise<Uint8Array> => {
      await Promise.resolve();
      return ciphers.decryptKey(sm2.key, question.scheme, question.encryptedKey);
    };
    await expect(openEnvelopeLater(input, unwrap, ops, ciphers)).resolves.toMatchObject({ content });
  });

  it('is not for those whom it does not name', () => {
    expect(() => open(seal([rsa.certificate]), sm2)).toFailWith('ERR_ENVELOPE_NOT_RECIPIENT');
    expect(() => seal([])).toFailWith('ERR_ENVELOPE_NOT_RECIPIENT');
  });

  it('is not made for a signing certificate, nor for a key that cannot decrypt', () => {
    expect(() => seal([ownCertificate('sm2/leaf')])).toFailWith('ERR_PATH_KEY_USAGE');
    const ec = keyRing(ops)('ec');
    const certificate = makeCertificate({ subject: name('ec'), key: ec, issuer: { name: name('ca'), key: ec } }, ops);
    expect(() => seal([certificate])).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
    expect(() => seal([rsa.certificate], { family: 'gm' })).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
  });

  it('passes on what stopped the holder of the key', () => {
    const input = { envelope: parseEnvelope(seal([sm2.certificate])), certificate: sm2.certificate, policy: { at } };
    const cancelled = (): never => {
      throw new CodedError('ERR_USER_CANCELLED');
    };
    expect(() => openEnvelope(input, cancelled, ops, ciphers)).toFailWith('ERR_USER_CANCELLED');
  });

  it('gives one and the same error for a wrong key, a changed key, a changed content and a changed tag', () => {
    const stranger = { ...sm2, key: ops.generateKeyPair({ kind: 'sm2' }).privateKey };
    const outcomes = new Set<string>();
    const note = (attempt: () => unknown): void => {
      try {
        attempt();
        outcomes.add('opened');
      } catch (error) {
        outcomes.add(error instanceof CodedError ? `${error.code} ${JSON.stringify(error.params)}` : String(error));
      }
    };
    for (const change of [{}, { cipher: 'sm4-gcm' }] as const) {
      const der = seal([sm2.certificate], change);
      note(() => open(der, stranger));
      note(() => open(withByteChanged(der, der.length - 1), sm2));
      const { recipients } = parseEnvelope(der);
      const [recipient] = recipients;
      if (recipient?.kind !== 'key-transport') throw new Error('it has a recipient');
      const keyEnd = indexOf(der, recipient.encryptedKey) + recipient.encryptedKey.length - 1;
      note(() => open(withByteChanged(der, keyEnd), sm2));
    }
    expect([...outcomes]).toEqual(['ERR_ENVELOPE_CONTENT_INVALID {}']);
  });

  it('asks for the ciphertext where it is kept elsewhere', () => {
    const der = seal([sm2.certificate]);
    const envelope = parseEnvelope(der);
    const { ciphertext } = envelope.content;
    const bare = { ...envelope, content: { ...envelope.content, ciphertext: null } };
    const unwrap = ({ scheme, encryptedKey }: { scheme: KeyEncryption; encryptedKey: Uint8Array }): Uint8Array =>
      ciphers.decryptKey(sm2.key, scheme, encryptedKey);
    const input = { envelope: bare, certificate: sm2.certificate, policy: { at } };
    expect(() => openEnvelope(input, unwrap, ops, ciphers)).toFailWith('ERR_ENVELOPE_MALFORMED');
    expect(openEnvelope({ ...input, ciphertext: ciphertext ?? undefined }, unwrap, ops, ciphers).content).toEqual(
      content,
    );
  });
});

describe('the SM2 ciphertext inside', () => {
  it('is DER of x, y, hash, ciphertext, as long as the content key asks', () => {
    const [recipient] = parseEnvelope(seal([sm2.certificate])).recipients;
    if (recipient?.kind !== 'key-transport') throw new Error('it has a recipient');
    const { c1, c2, c3 } = decodeSm2Cipher(recipient.encryptedKey);
    expect([c1.length, c2.length, c3.length]).toEqual([65, 16, 32]);
  });
});

describe('other content', () => {
  it('is refused by its type', () => {
    const data = derSequence(derOid(oids.gmData), derExplicit(0, derSequence()));
    expect(() => parseEnvelope(data)).toFailWith('ERR_CMS_CONTENT_TYPE_UNSUPPORTED');
    expect(() => parseEnvelope(concatBytes(data, data))).toFailWith('ERR_DER_TRAILING_DATA');
  });
});

function indexOf(whole: Uint8Array, part: Uint8Array): number {
  return Buffer.from(whole).indexOf(Buffer.from(part));
}
