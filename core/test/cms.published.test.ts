import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodePem } from '@onelock/core/bytes';
import { checkSigners, type MessageFamily, parseSignedData, type SignedData } from '@onelock/core/cms';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { loadCertificate } from './support/certificates.ts';

const ops = createNodeCrypto();

function load(file: string): SignedData {
  const bytes = new Uint8Array(readFileSync(file));
  const [block] = bytes[0] === 0x2d ? decodePem(new TextDecoder().decode(bytes)) : [];
  return parseSignedData(block?.bytes ?? bytes);
}

requireReal('published GM/T 0010 messages', publishedVector('gm-x509'))('published SM2 messages', (folder) => {
  it.each<[string, MessageFamily, number, number]>([
    ['vendor-INFOSEC-SM2ID-signed.p7', 'gm', 1, 1],
    ['gm-certificateChainGMSSL.p7', 'pkcs7', 2, 0],
  ])('%s parses', (file, family, certificates, signers) => {
    const message = load(path.join(folder, file));
    expect(message.family).toBe(family);
    expect([message.certificates.length, message.signers.length]).toEqual([certificates, signers]);
  });

  it('are not decided without their content, and fail with another', () => {
    const message = load(path.join(folder, 'vendor-INFOSEC-SM2ID-signed.p7'));
    const [absent] = checkSigners(message, {}, ops);
    expect(absent?.verdict).toMatchObject({ indication: 'indeterminate', reason: { code: 'ERR_CMS_CONTENT_ABSENT' } });
    const [wrong] = checkSigners(message, { content: new Uint8Array([1]) }, ops);
    expect(wrong?.verdict).toMatchObject({ indication: 'failed', reason: { code: 'ERR_SIGNATURE_INVALID' } });
  });
});

requireReal('RFC 4134 examples', publishedVector('cms/rfc4134'))('the examples of RFC 4134', (folder) => {
  const certificates = ['AliceRSASignByCarl', 'CarlRSASelf', 'DianeRSASignByCarl', 'CarlDSSSelf'].map((name) =>
    loadCertificate(path.join(folder, `${name}.cer`)),
  );
  const codes = (file: string): readonly string[] =>
    checkSigners(load(path.join(folder, file)), { certificates }, ops).map(({ verdict }) =>
      verdict.indication === 'passed' ? 'passed' : verdict.reason.code,
    );

  it('verify where they are signed with RSA', () => {
    expect(codes('4.2.bin')).toEqual(['passed']);
  });

  it.each(['4.4.bin', '4.6.bin', '4.10.bin'])('stay open where they are signed with DSA: %s', (file) => {
    expect(new Set(codes(file))).toEqual(new Set(['ERR_CRYPTO_ALGORITHM_UNSUPPORTED']));
  });

  it.each(['3.1.bin', '3.2.bin', '5.2.bin', '6.0.bin', '7.2.bin'])(
    'are refused where they are not signed: %s',
    (file) => {
      expect(() => load(path.join(folder, file))).toFailWith('ERR_CMS_CONTENT_TYPE_UNSUPPORTED');
    },
  );
});

requireReal('OpenSSL’s CMS edge cases', publishedVector('cms/openssl'))(
  'edge cases of OpenSSL’s own tests',
  (folder) => {
    it.each([
      ['no_ct_attr.cms', 'contentType'],
      ['ct_multiple_attr.cms', 'contentType'],
      ['no_md_attr.cms', 'messageDigest'],
      ['bad_signtime_attr.cms', 'signingTime'],
    ])('%s is refused for its %s', (file, attribute) => {
      const [check] = checkSigners(load(path.join(folder, file)), {}, ops);
      expect(check?.verdict).toMatchObject({
        indication: 'failed',
        reason: { code: 'ERR_CMS_ATTRIBUTE_INVALID', params: { attribute } },
      });
    });

    it('a message over MD4 is not decided', () => {
      const [check] = checkSigners(load(path.join(folder, 'pkcs7-md4.pem')), {}, ops);
      expect(check?.verdict.indication).toBe('indeterminate');
    });

    it.each(['dh-malformed.der', 'ecdh-malformed.der', 'rsa-malformed.der'])('%s is a coded refusal', (file) => {
      expect(() => load(path.join(folder, file))).toFailWith('ERR_CMS_CONTENT_TYPE_UNSUPPORTED');
    });
  },
);
