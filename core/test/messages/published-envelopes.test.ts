import { readFileSync } from 'node:fs';
import path from 'node:path';
import { derInteger, derOctetString, derOid, derSequence, oids } from '@onelock/core/asn1';
import { decodePem, fromHex, utf8Decode } from '@onelock/core/bytes';
import { openEncryptedData, openEnvelope, parseEncryptedData, parseEnvelope } from '@onelock/core/cms';
import { type PrivateKey, parsePrivateKey } from '@onelock/core/crypto';
import { type Deviation, declaredDeviations } from '@onelock/core/deviations';
import { describe, expect, it } from 'vitest';
import { publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { loadCertificate } from '../support/certificates.ts';
import { ciphers, ops } from '../support/engine.ts';

const at = new Date('2026-11-22T00:00:00Z');

function sm2Key(scalar: string): PrivateKey {
  const inner = derSequence(derInteger(1), derOctetString(fromHex(scalar)));
  const algorithm = derSequence(derOid(oids.ecPublicKey), derOid(oids.sm2));
  return parsePrivateKey(derSequence(derInteger(0), algorithm, derOctetString(inner)));
}

/** The authority of these messages is a test's own; CFCA's rules hold for CFCA only. */
const alsoForAcme: readonly Deviation[] = declaredDeviations.map((row) => ({
  ...row,
  authority: row.authority === 'any' ? 'any' : { name: 'Acme', issuers: ['Acme Co'] },
}));

requireReal('published GM/T 0010 envelopes', publishedVector('gm-x509'))('published SM2 envelopes', (folder) => {
  const file = (name: string): string => path.join(folder, `envelope-TestOpenEnvelopedMessageWithSubjectKeyID${name}`);
  // Keys and content as the test that these files come from publishes them.
  const cases: readonly (readonly [string, string, string])[] = [
    ['-2.p7', '.cer', 'f043481ce3ba1332cc266ae795f2a41f100e52e47ee560de15d9e014acab35c9'],
    ['-4.p7', '-3.cer', '8f3d7f612401b9fa80ababb603e8e2ae977cc171c75e97b0b103b9db1d7d190e'],
  ];

  describe.each(cases)('%s to the holder of %s', (message, certificateFile, scalar) => {
    const envelope = parseEnvelope(new Uint8Array(readFileSync(file(message))));
    const certificate = loadCertificate(file(certificateFile));
    const key = sm2Key(scalar);
    const open = (table: readonly Deviation[] | undefined, with_ = key): ReturnType<typeof openEnvelope> =>
      openEnvelope(
        { envelope, certificate, policy: { at, table } },
        ({ scheme, encryptedKey }) => ciphers.decryptKey(with_, scheme, encryptedKey),
        ops,
        ciphers,
      );

    it('opens where the deviations are declared, and counts them', () => {
      const { content, deviations } = open(alsoForAcme);
      expect(utf8Decode(content)).toBe('Hello World!');
      expect(deviations.map(({ symptom }) => symptom)).toEqual(['sm4-cbc-without-mode', 'recipient-by-key-identifier']);
    });

    it('is refused by name where they are declared for another authority', () => {
      expect(() => open(undefined)).toFailWith('ERR_DEVIATION_UNDECLARED');
    });

    it('fails alike for another key', () => {
      const other = ops.generateKeyPair({ kind: 'sm2' }).privateKey;
      expect(() => open(alsoForAcme, other)).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    });
  });
});

requireReal('RFC 4134 examples', publishedVector('cms/rfc4134'))('the encrypted examples of RFC 4134', (folder) => {
  const load = (name: string): Uint8Array => new Uint8Array(readFileSync(path.join(folder, name)));

  it('7.2 opens with the key that the RFC prints', () => {
    const key = fromHex('737c791f25ead0e04629254352f7dc6291e5cb26917ada32');
    const { content } = openEncryptedData(parseEncryptedData(load('7.2.bin')), key, { at }, ciphers);
    expect(content).toEqual(load('ExContent.bin'));
  });

  it('5.2 is not opened: its content is under RC2', () => {
    const key = parsePrivateKey(load('BobPrivRSAEncrypt.pri'));
    const certificate = loadCertificate(path.join(folder, 'BobRSASignByCarl.cer'));
    const open = (): unknown =>
      openEnvelope(
        { envelope: parseEnvelope(load('5.2.bin')), certificate, policy: { at } },
        ({ scheme, encryptedKey }) => ciphers.decryptKey(key, scheme, encryptedKey),
        ops,
        ciphers,
      );
    expect(open).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
  });
});

requireReal('OpenSSL’s CMS edge cases', publishedVector('cms/openssl'))(
  'envelopes of OpenSSL’s own tests',
  (folder) => {
    const smime = path.join(folder, '../openssl-smime-certs/smrsa3-cert.pem');
    const key = parsePrivateKey(
      decodePem(readFileSync(smime.replace('-cert.pem', '-key.pem'), 'utf8'))[0]?.bytes ?? new Uint8Array(),
    );

    it('rsa-malformed.der fails with one code, whatever is wrong inside', () => {
      const envelope = parseEnvelope(new Uint8Array(readFileSync(path.join(folder, 'rsa-malformed.der'))));
      const certificate = loadCertificate(smime);
      expect(() =>
        openEnvelope(
          { envelope, certificate, policy: { at } },
          ({ scheme, encryptedKey }) => ciphers.decryptKey(key, scheme, encryptedKey),
          ops,
          ciphers,
        ),
      ).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    });

    it.each(['dh-malformed.der', 'ecdh-malformed.der'])('%s has no recipient that we do', (name) => {
      const envelope = parseEnvelope(new Uint8Array(readFileSync(path.join(folder, name))));
      expect(() =>
        openEnvelope(
          { envelope, certificate: loadCertificate(smime), policy: { at } },
          () => new Uint8Array(32),
          ops,
          ciphers,
        ),
      ).toFailWith('ERR_ENVELOPE_NOT_RECIPIENT');
    });
  },
);
