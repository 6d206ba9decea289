import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkDer } from '@onelock/core/asn1';
import { decodePem, fromBase64 } from '@onelock/core/bytes';
import {
  checkDigestedData,
  messageKind,
  parseDigestedData,
  parseEncryptedData,
  parseEnvelope,
  parseSignedData,
} from '@onelock/core/cms';
import { parsePrivateKey, parsePublicKey } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import { parseCfcaKeyFile, parseEcPrivateKey, parsePfx, parseRsaPrivateKey } from '@onelock/core/pkcs12';
import { parseTimestampRequest, parseTimestampResponse } from '@onelock/core/tsp';
import { parseCertificate, parseCertificateRequest } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { ops } from '../support/engine.ts';

type Read = (bytes: Uint8Array) => string;

function certificate(bytes: Uint8Array): string {
  return `certificate ${parseCertificate(bytes).publicKey.kind}`;
}

function privateKey(bytes: Uint8Array): string {
  return `key ${parsePrivateKey(bytes).kind}`;
}

function message(bytes: Uint8Array): string {
  const { kind, family } = messageKind(bytes);
  switch (kind) {
    case 'signed': {
      const { signers, certificates } = parseSignedData(bytes);
      return `${family} signed by ${signers.length}, ${certificates.length} certificates`;
    }
    case 'digested':
      checkDigestedData(parseDigestedData(bytes), ops);
      return 'digested, and the digest fits';
    case 'encrypted':
      return `encrypted with ${parseEncryptedData(bytes).content.encryption.cipher}`;
    case 'data':
      return 'data';
    default: {
      const { recipients, content } = parseEnvelope(bytes);
      const kinds = recipients.map((each) => (each.kind === 'key-transport' ? each.scheme?.kind : each.kind));
      return `${family} ${kind} for ${kinds.join(' and ')} with ${content.encryption.cipher ?? content.encryption.oid}`;
    }
  }
}

const readers: Readonly<Record<string, Read>> = {
  CERTIFICATE: certificate,
  'PRIVATE KEY': privateKey,
  'RSA PRIVATE KEY': (bytes) => `key ${parseRsaPrivateKey(bytes).kind}`,
  PKCS7: message,
  CMS: message,
};

/** The body of the one part that is a message. */
function mimeBody(text: string): Uint8Array {
  const at = /Content-Type: application\/pkcs7-[\s\S]*?\n\r?\n([A-Za-z0-9+/=\r\n]+)/.exec(text);
  return fromBase64((at?.[1] ?? '').replaceAll(/\s/g, ''));
}

const der: Read = (bytes) => {
  checkDer(bytes);
  return 'DER';
};

const byName: readonly (readonly [RegExp, Read])[] = [
  [/\.eml$|ciphertext_from_1_1_1\.cms$/, (bytes) => message(mimeBody(new TextDecoder('latin1').decode(bytes)))],
  [/\.cer$/, certificate],
  [/rsa_.*_key\.key\.der$/, (bytes) => `key ${parseRsaPrivateKey(bytes).kind}`],
  [/\.eckey\.der$/, (bytes) => `key ${parseEcPrivateKey(bytes).kind}`],
  [/\.enckey\.der$/, der],
  [/privateKeyPem-9\.der$|\.crl$/, der],
  [/\.cfcakey\.der$/, (bytes) => `key file of ${parseCfcaKeyFile(bytes).certificate.publicKey.kind}`],
  [/\.key\.der$|\.pri$/, privateKey],
  [/\.pub\.der$/, (bytes) => `public key ${parsePublicKey(bytes).kind}`],
  [/\.csr$/, (bytes) => `request for ${parseCertificateRequest(bytes).publicKey.kind}`],
  [/\.p12$|\.pfx$/, (bytes) => `key file in ${parsePfx(bytes).safes.length} parts`],
  [/\.tsq$/, (bytes) => `query over ${parseTimestampRequest(bytes).imprint.digestAlgorithm}`],
  [/\.tsr$/, (bytes) => `answer ${parseTimestampResponse(bytes).status}`],
];

function orCode(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
}

function read(file: string): string {
  const bytes = new Uint8Array(readFileSync(file));
  const text = new TextDecoder('latin1').decode(bytes);
  if (/-----BEGIN /.test(text))
    return decodePem(text)
      .map((block) => orCode(() => (readers[block.label] ?? der)(block.bytes)))
      .join('; ');
  const [, reader] = byName.find(([pattern]) => pattern.test(file)) ?? [undefined, message];
  return orCode(() => reader(bytes));
}

const unsupportedKey = 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED; certificate unsupported';
const rsaPair = 'key rsa; certificate rsa';
const one = 'pkcs7 signed by 1, 1 certificates';

/** What each file must be read as. README.md of the vectors says `parses` for all but those that end in a code here. */
const expected: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'cms/openssl': {
    'bad_signtime_attr.cms': one,
    'ciphertext_from_1_1_1.cms': 'pkcs7 enveloped for key-agreement and key-agreement with des-ede3-cbc',
    'ct_multiple_attr.cms': one,
    'dh-cert.pem': 'certificate unsupported',
    'dh-key.pem': 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    'dh-malformed.der': 'pkcs7 enveloped for key-agreement with aes-256-cbc',
    'ecdh-cert.pem': 'certificate ec',
    'ecdh-key.pem': 'key ec',
    'ecdh-malformed.der': 'pkcs7 enveloped for key-agreement with aes-256-cbc',
    'no_ct_attr.cms': one,
    'no_md_attr.cms': one,
    'pkcs7-md4-encrypted.pem': 'pkcs7 signed-and-enveloped for rsa-pkcs1v15 with aes-128-cbc',
    'pkcs7-md4.pem': one,
    'rsa-malformed.der': 'pkcs7 enveloped for rsa-oaep with aes-128-cbc',
  },
  'cms/openssl-smime-certs': {
    'badrsa.pem': 'ERR_CRYPTO_KEY_INVALID',
    'csrsa1.pem': rsaPair,
    'sm_mldsa44.pem': unsupportedKey,
    'sm_slhdsa_sha2_128s.pem': unsupportedKey,
    'sm_slhdsa_shake_128s.pem': unsupportedKey,
    'sm_slhdsa_shake_256s.pem': unsupportedKey,
    'smdh.pem': unsupportedKey,
    'smdsa1.pem': unsupportedKey,
    'smdsa2.pem': unsupportedKey,
    'smdsa3.pem': unsupportedKey,
    'smdsap.pem': 'DER',
    'smec1.pem': 'key ec; certificate ec',
    'smec2.pem': unsupportedKey,
    'smec3.pem': 'key ec; certificate ec',
    'smroot.pem': rsaPair,
    'smrsa1.pem': rsaPair,
    'smrsa1024.pem': rsaPair,
    'smrsa2.pem': rsaPair,
    'smrsa3-cert.pem': 'certificate rsa',
    'smrsa3-key.pem': 'key rsa',
    'smrsa3.pem': rsaPair,
  },
  'cms/pyca-pkcs12': {
    'cert-key-aes256cbc.p12': 'key file in 2 parts',
    'cert-rc2-key-3des.p12': 'key file in 2 parts',
    'name-1-pwd.p12': 'key file in 2 parts',
    'name-2-3-pwd.p12': 'key file in 2 parts',
    'name-2-pwd.p12': 'key file in 2 parts',
    'name-3-pwd.p12': 'key file in 2 parts',
    'name-all-pwd.p12': 'key file in 2 parts',
    'name-unicode-pwd.p12': 'key file in 2 parts',
    'no-cert-name-2-no-pwd.p12': 'key file in 1 parts',
    'no-cert-name-3-no-pwd.p12': 'key file in 1 parts',
    'no-cert-name-all-no-pwd.p12': 'key file in 1 parts',
    'no-cert-name-unicode-no-pwd.p12': 'key file in 1 parts',
    'no-cert-no-name-no-pwd.p12': 'key file in 1 parts',
    'no-name-no-pwd.p12': 'key file in 2 parts',
    'no-password.p12': 'key file in 2 parts',
  },
  'cms/pyca-pkcs7': {
    'amazon-roots.der': 'pkcs7 signed by 0, 2 certificates',
    'amazon-roots.p7b': 'pkcs7 signed by 0, 2 certificates',
    'enveloped.pem': 'pkcs7 enveloped for rsa-pkcs1v15 and rsa-pkcs1v15 with des-ede3-cbc',
    'isrg.pem': 'pkcs7 signed by 0, 1 certificates',
  },
  'cms/rfc4134': {
    '3.1.bin': 'data',
    '3.2.bin': 'data',
    '4.10.bin': one,
    '4.2.bin': one,
    '4.4.bin': 'pkcs7 signed by 1, 3 certificates',
    '4.6.bin': 'pkcs7 signed by 2, 2 certificates',
    '4.8.eml': one,
    '5.2.bin': 'pkcs7 enveloped for rsa-pkcs1v15 and key-encryption-key with 1.2.840.113549.3.2',
    '6.0.bin': 'digested, and the digest fits',
    '7.2.bin': 'encrypted with des-ede3-cbc',
    'AliceDSSSignByCarlNoInherit.cer': 'certificate unsupported',
    'AlicePrivDSSSign.pri': 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    'AlicePrivRSASign.pri': 'key rsa',
    'AliceRSASignByCarl.cer': 'certificate rsa',
    'BobPrivRSAEncrypt.pri': 'key rsa',
    'BobRSASignByCarl.cer': 'certificate rsa',
    'CarlDSSCRLEmpty.crl': 'DER',
    'CarlDSSCRLForAll.crl': 'DER',
    'CarlDSSCRLForCarl.crl': 'DER',
    'CarlDSSSelf.cer': 'certificate unsupported',
    'CarlPrivDSSSign.pri': 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    'CarlPrivRSASign.pri': 'key rsa',
    'CarlRSACRLEmpty.crl': 'DER',
    'CarlRSACRLForAll.crl': 'DER',
    'CarlRSACRLForCarl.crl': 'DER',
    'CarlRSASelf.cer': 'certificate rsa',
    'DianeDSSSignByCarlInherit.cer': 'certificate unsupported',
    'DianePrivDSSSign.pri': 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    'DianePrivRSASignEncrypt.pri': 'key rsa',
    'DianeRSASignByCarl.cer': 'certificate rsa',
    // Plain text: the content of the other examples.
    'ExContent.bin': 'ERR_DER_TRUNCATED',
  },
  'tsp/openssl-sectigo': {
    'all-zero.tsq': 'query over sha256',
    'comodo-aaa.pem': 'certificate rsa',
    'sectigo-all-zero.tsr': 'answer granted',
    'sectigo-signer.pem': 'certificate rsa',
    'sectigo-time-stamping-ca.pem': 'certificate rsa',
    'user-trust-ca-aaa.pem': 'certificate rsa',
    'user-trust-ca.pem': 'certificate rsa',
  },
  'gm-x509': {
    'GDCA-sm2-intermediate.cer': 'certificate sm2',
    'ROOTCA-NRCAC-sm2-root.cer': 'certificate sm2',
    'chingliu-sm2_test.pfx': 'key file in 2 parts',
    'envelope-TestOpenEnvelopedMessageWithSubjectKeyID-2.p7': 'gm enveloped for sm2 with sm4-cbc',
    'envelope-TestOpenEnvelopedMessageWithSubjectKeyID-3.cer': 'certificate sm2',
    'envelope-TestOpenEnvelopedMessageWithSubjectKeyID-4.p7': 'gm enveloped for sm2 with sm4-cbc',
    'envelope-TestOpenEnvelopedMessageWithSubjectKeyID.cer': 'certificate sm2',
    'example-privateKeyPem-4.enckey.der': 'DER',
    // An SM9 key: the structure is read, the algorithm is none of ours.
    'example-privateKeyPem-9.der': 'DER',
    'example-privateKeyPem.key.der': 'key sm2',
    'gm-certificateChainGMSSL.p7': 'pkcs7 signed by 0, 2 certificates',
    'gmcred-ca.cer': 'certificate sm2',
    'gmcred-encrypt.cer': 'certificate sm2',
    'gmcred-encrypt.key.der': 'key sm2',
    'gmcred-sign.cer': 'certificate sm2',
    'gmcred-sign.key.der': 'key sm2',
    'gmcred-user.cer': 'certificate sm2',
    'gmcred-user.key.der': 'key sm2',
    'ofdrw-ofdrw-gm-ROOT.p12': 'key file in 2 parts',
    'ofdrw-ofdrw-gm-SealBuilder.p12': 'key file in 2 parts',
    'ofdrw-ofdrw-gm-USER.p12': 'key file in 2 parts',
    'ofdrw-ofdrw-gm-sign_cert.cer': 'certificate sm2',
    'ofdrw-ofdrw-gm-sign_key.eckey.der': 'key sm2',
    'pkcs12_sm2-TestParseSM2.cfcakey.der': 'key file of sm2',
    'pkcs12_sm2-cfcasm2oca1.cer': 'certificate sm2',
    'pkcs12_sm2-v2exKeyPem.cfcakey.der': 'key file of sm2',
    'vendor-BJCA-LOCALSM2-user.cer': 'certificate sm2',
    'vendor-INFOSEC-SM2ID-signed.p7': 'gm signed by 1, 1 certificates',
    'websvr-RSA_CA.cer': 'certificate rsa',
    'websvr-SM2_CA.cer': 'certificate sm2',
    'websvr-rsa_auth_cert.cer': 'certificate rsa',
    'websvr-rsa_auth_key.key.der': 'key rsa',
    'websvr-rsa_sign.cer': 'certificate rsa',
    'websvr-rsa_sign_key.key.der': 'key rsa',
    'websvr-sm2_auth_cert.cer': 'certificate sm2',
    'websvr-sm2_auth_key.key.der': 'key sm2',
    'websvr-sm2_enc_cert.cer': 'certificate sm2',
    'websvr-sm2_enc_key.key.der': 'key sm2',
    'websvr-sm2_sign_cert.cer': 'certificate sm2',
    'websvr-sm2_sign_key.key.der': 'key sm2',
    'x509_additional-csrFromAli.csr': 'request for sm2',
    'x509_additional-openSSL3Certificate.cer': 'certificate sm2',
    'x509_additional-publicKeyPemFromAliKms.pub.der': 'public key sm2',
    'x509_additional-publicKeyPemFromAliKmsForSign.pub.der': 'public key sm2',
    'x509_additional-publicKeyPemFromHuaweiKms.pub.der': 'public key sm2',
    'x509_additional-publicKeyPemFromHuaweiKmsForSign.pub.der': 'public key sm2',
    'x509_additional-sm2Certificate.cer': 'certificate sm2',
  },
};

for (const [folder, files] of Object.entries(expected))
  requireReal(`published ${folder}`, publishedVector(folder))(`published files of ${folder}`, (root) => {
    it('are all named here', () => {
      expect(readdirSync(root).toSorted()).toEqual(Object.keys(files).toSorted());
    });

    describe('are read as what they are', () => {
      it.each(Object.entries(files))('%s: %s', (file, what) => {
        expect(read(path.join(root, file))).toBe(what);
      });
    });
  });
