import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { ErrorCode } from '@onelock/core/errors';
import {
  type Certificate,
  checkCertificateEncoding,
  parseCertificate,
  sameName,
  verifyCertificateSignature,
} from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { opensslCommand, publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';

const ops = createNodeCrypto();

function readCertificate(file: string): Uint8Array {
  const bytes = Uint8Array.from(readFileSync(file));
  if (!file.endsWith('.pem')) return bytes;
  const block = decodePem(new TextDecoder('latin1').decode(bytes)).find(({ label }) => label === 'CERTIFICATE');
  if (block === undefined) throw new TypeError(`${file} holds no certificate`);
  return block.bytes;
}

requireReal('the published GM certificates', publishedVector('gm-x509'))('the published GM certificates', (folder) => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.cer'));
  const load = (file: string): Certificate => parseCertificate(readCertificate(path.join(folder, file)));

  it('are all there', () => expect(files.length).toBeGreaterThanOrEqual(20));

  it.each(files)('%s parses to the last extension', (file) => {
    expect(() => checkCertificateEncoding(load(file))).not.toThrow();
  });

  it.each([
    ['GDCA-sm2-intermediate.cer', 'ROOTCA-NRCAC-sm2-root.cer'],
    ['ROOTCA-NRCAC-sm2-root.cer', 'ROOTCA-NRCAC-sm2-root.cer'],
    ['x509_additional-sm2Certificate.cer', 'ROOTCA-NRCAC-sm2-root.cer'],
    ['gmcred-ca.cer', 'gmcred-ca.cer'],
    ['gmcred-encrypt.cer', 'gmcred-ca.cer'],
    ['gmcred-sign.cer', 'gmcred-ca.cer'],
    ['gmcred-user.cer', 'gmcred-ca.cer'],
    ['websvr-SM2_CA.cer', 'websvr-SM2_CA.cer'],
    ['websvr-sm2_auth_cert.cer', 'websvr-SM2_CA.cer'],
    ['websvr-sm2_enc_cert.cer', 'websvr-SM2_CA.cer'],
    ['websvr-sm2_sign_cert.cer', 'websvr-SM2_CA.cer'],
    ['websvr-RSA_CA.cer', 'websvr-RSA_CA.cer'],
    ['websvr-rsa_auth_cert.cer', 'websvr-RSA_CA.cer'],
    ['websvr-rsa_sign.cer', 'websvr-RSA_CA.cer'],
  ])('%s is signed by %s with the default user id and no other', (file, issuerFile) => {
    const certificate = load(file);
    const issuer = load(issuerFile);
    expect(sameName(certificate.issuer, issuer.subject)).toBe(true);
    expect(verifyCertificateSignature(certificate, issuer.publicKey, ops)).toBe(true);
    const isSm2 = issuer.publicKey.kind === 'sm2';
    expect(verifyCertificateSignature(certificate, issuer.publicKey, ops, new Uint8Array(0))).toBe(!isSm2);
    const changed = certificate.der.slice();
    const at = changed.length - certificate.signature.length - 30;
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(verifies(changed, issuer)).toBe(false);
  });

  it('the trap of the empty user id verifies with that id only', () => {
    const certificate = load('x509_additional-openSSL3Certificate.cer');
    expect(verifyCertificateSignature(certificate, certificate.publicKey, ops)).toBe(false);
    expect(verifyCertificateSignature(certificate, certificate.publicKey, ops, new Uint8Array(0))).toBe(true);
  });
});

/** A changed byte may also hit the structure, which then fails with a code. */
function verifies(der: Uint8Array, issuer: Certificate): boolean {
  try {
    return verifyCertificateSignature(parseCertificate(der), issuer.publicKey, ops);
  } catch (error) {
    expect(error).toHaveProperty('code', expect.stringMatching(/^ERR_/));
    return false;
  }
}

/** What the descriptions call a clean failure; every other file parses to the last extension. */
const refusals: Readonly<Record<string, ErrorCode>> = {
  'pyca-invalid_version.pem': 'ERR_X509_MALFORMED',
  'pyca-nc_invalid_ip_netmask.pem': 'ERR_X509_MALFORMED',
  'pyca-cp_invalid2.der': 'ERR_DER_TAG_UNEXPECTED',
};

requireReal('the published odd certificates', publishedVector('x509-edge'))(
  'the published odd certificates',
  (folder) => {
    const files = readdirSync(folder).filter((file) => /\.(pem|der)$/.test(file));

    it.each(files)('%s parses, or is refused as described', (file) => {
      const act = (): void => checkCertificateEncoding(parseCertificate(readCertificate(path.join(folder, file))));
      const code = refusals[file];
      if (code === undefined) expect(act).not.toThrow();
      else expect(act).toFailWith(code);
    });

    it('a key bound to other PSS parameters than its signature is named as such', () => {
      const certificate = parseCertificate(readCertificate(path.join(folder, 'pyca-rsa_pss.pem')));
      expect(() => verifyCertificateSignature(certificate, certificate.publicKey, ops)).toFailWith(
        'ERR_SIGNATURE_ALGORITHM_MISMATCH',
      );
    });

    describe.skipIf(opensslCommand() === undefined)('agree with the command of OpenSSL', () => {
      const openssl = opensslCommand() ?? 'openssl';
      it.each(files.filter((file) => !(file in refusals)))('%s: serial number and times', (file) => {
        const target = path.join(folder, file);
        const form = file.endsWith('.pem') ? 'PEM' : 'DER';
        const text = execFileSync(
          openssl,
          ['x509', '-inform', form, '-in', target, '-noout', '-serial', '-dates', '-dateopt', 'iso_8601'],
          { encoding: 'utf8' },
        );
        const certificate = parseCertificate(readCertificate(target));
        const iso = (date: Date): string => date.toISOString().replace('T', ' ').replace('.000Z', 'Z');
        expect(text).toContain(`serial=${certificate.serialNumber.toUpperCase()}\n`);
        expect(text).toContain(`notBefore=${iso(certificate.notBefore)}`);
        expect(text).toContain(`notAfter=${iso(certificate.notAfter)}`);
      });
    });
  },
);
