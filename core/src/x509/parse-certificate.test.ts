import { describe, expect, it } from 'vitest';
import {
  buildCertificate,
  commonName,
  extension,
  nothing,
  uniqueIdentifier,
  withExtensions,
} from '../../test/x509/certificate-builder.ts';
import { oids } from '../asn1/oid-registry.ts';
import {
  derBitString,
  derBoolean,
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derUtf8String,
} from '../asn1/writer.ts';
import { toHex } from '../bytes/hex.ts';
import { createNodeCrypto } from '../crypto/node.ts';
import { verifyCertificateSignature } from './certificate-signature.ts';
import { describeSubject } from './describe-subject.ts';
import { parseCertificate } from './parse-certificate.ts';

describe('parseCertificate', () => {
  it('reads every field of an ordinary certificate as windows on the input', () => {
    const der = buildCertificate();
    const certificate = parseCertificate(der);
    expect(certificate).toMatchObject({
      version: 3,
      serialNumber: '1234',
      signatureAlgorithmsMatch: true,
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2060-01-01T00:00:00Z'),
      extensions: [],
    });
    expect(certificate.signatureAlgorithm.oid).toBe(oids.sm2WithSm3);
    expect(certificate.publicKey.kind).toBe('sm2');
    expect(certificate.signature).toEqual(Uint8Array.of(1, 2, 3));
    expect(certificate.tbs.buffer).toBe(der.buffer);
    expect(toHex(certificate.subjectDer)).toBe(toHex(commonName('Subject')));
    expect(toHex(certificate.issuerDer)).toBe(toHex(commonName('Issuer')));
    expect(describeSubject(certificate)).toEqual({ subject: 'CN=Subject', issuer: 'CN=Issuer', serialNumber: '1234' });
    expect(certificate.basicConstraints).toBeUndefined();
    expect(certificate.extension(oids.keyUsage)).toBeUndefined();
  });

  it('knows versions 1, 2 and 3 and what each may hold', () => {
    const version = (number: number): Uint8Array => derExplicit(0, derInteger(number));
    const extensions = derExplicit(
      3,
      derSequence(extension(oids.subjectKeyIdentifier, derOctetString(Uint8Array.of(1)))),
    );
    expect(parseCertificate(buildCertificate({ version: nothing })).version).toBe(1);
    expect(
      parseCertificate(buildCertificate({ version: version(1), uniqueIdentifiers: uniqueIdentifier(2) })).version,
    ).toBe(2);
    expect(parseCertificate(buildCertificate({ extensions, uniqueIdentifiers: uniqueIdentifier(1) })).version).toBe(3);
    const forbidden = [
      { version: version(0) },
      { version: version(3) },
      { version: nothing, uniqueIdentifiers: uniqueIdentifier(1) },
      { version: nothing, extensions },
      { version: version(1), extensions },
      { extensions: derExplicit(3, derSequence()) },
      { tail: derNull() },
    ];
    for (const parts of forbidden)
      expect(() => parseCertificate(buildCertificate(parts))).toFailWith('ERR_X509_MALFORMED');
  });

  it('names the offset of the field it refuses', () => {
    const der = buildCertificate({ version: derExplicit(0, derInteger(9)) });
    expect(() => parseCertificate(der)).toThrow(expect.objectContaining({ params: { field: 'version', offset: 6 } }));
  });

  it('writes serial numbers of any sign and length', () => {
    const serial = (value: bigint): string =>
      parseCertificate(buildCertificate({ serialNumber: derInteger(value) })).serialNumber;
    expect(serial(0n)).toBe('00');
    expect(serial(0x80n)).toBe('80');
    expect(serial(0x0fn << 64n)).toBe(`0f${'00'.repeat(8)}`);
    expect(serial(-1n)).toBe('-01');
    expect(serial(-256n)).toBe('-0100');
    expect(serial(1n << 199n)).toHaveLength(50);
  });

  it('shows when the inner and the outer algorithm differ, and verifies no such certificate', () => {
    const ops = createNodeCrypto();
    for (const innerAlgorithm of [
      derSequence(derOid(oids.sm2WithSm3), derNull()),
      derSequence(derOid(oids.ecdsaWithSha256)),
    ]) {
      const certificate = parseCertificate(buildCertificate({ innerAlgorithm }));
      expect(certificate.signatureAlgorithmsMatch).toBe(false);
      expect(() => verifyCertificateSignature(certificate, certificate.publicKey, ops)).toFailWith(
        'ERR_X509_SIGNATURE_ALGORITHMS_DIFFER',
      );
    }
  });

  it('refuses the same extension twice and keeps order, criticality and bytes of the others', () => {
    const one = extension(oids.keyUsage, derBitString(Uint8Array.of(0x80), 7), true);
    const two = extension('1.2.3.4', Uint8Array.of(0xde, 0xad));
    expect(() => parseCertificate(withExtensions(one, two, one))).toFailWith('ERR_X509_EXTENSION_DUPLICATE');
    expect(parseCertificate(withExtensions(one, two)).extensions).toMatchObject([
      { oid: oids.keyUsage, critical: true },
      { oid: '1.2.3.4', critical: false, value: Uint8Array.of(0xde, 0xad) },
    ]);
    const explicitFalse = derSequence(derOid('1.2.3.5'), derBoolean(false), derOctetString(nothing));
    expect(parseCertificate(withExtensions(explicitFalse)).extensions[0]?.critical).toBe(false);
  });

  it('leaves a malformed extension or key to whoever asks for it, every time', () => {
    const certificate = parseCertificate(withExtensions(extension(oids.basicConstraints, derInteger(1))));
    for (let time = 0; time < 2; time++)
      expect(() => certificate.basicConstraints).toFailWith('ERR_DER_TAG_UNEXPECTED');
    const noKey = parseCertificate(buildCertificate({ spki: derSequence(derInteger(1)) }));
    expect(() => noKey.publicKey).toFailWith('ERR_DER_TAG_UNEXPECTED');
  });

  it('refuses names, times and signatures that are none', () => {
    expect(() => parseCertificate(buildCertificate({ subject: derUtf8String('x') }))).toFailWith(
      'ERR_DER_TAG_UNEXPECTED',
    );
    expect(() => parseCertificate(buildCertificate({ subject: derSequence(derSequence()) }))).toFailWith(
      'ERR_DER_TAG_UNEXPECTED',
    );
    expect(() => parseCertificate(buildCertificate({ issuer: derSequence(Uint8Array.of(0x31, 0)) }))).toFailWith(
      'ERR_X509_MALFORMED',
    );
    expect(() => parseCertificate(buildCertificate({ validity: derSequence(derNull(), derNull()) }))).toFailWith(
      'ERR_DER_TAG_UNEXPECTED',
    );
    expect(() => parseCertificate(buildCertificate({ signature: derBitString(Uint8Array.of(0x80), 7) }))).toFailWith(
      'ERR_DER_VALUE_INVALID',
    );
    expect(() => parseCertificate(buildCertificate({ serialNumber: Uint8Array.of(2, 2, 0, 1) }))).toFailWith(
      'ERR_DER_VALUE_INVALID',
    );
    expect(parseCertificate(buildCertificate({ subject: derSequence() })).subject.rdns).toEqual([]);
  });
});
