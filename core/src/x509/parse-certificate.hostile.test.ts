import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { buildCertificate, extension, withExtensions } from '../../test/x509/certificate-builder.ts';
import { oids } from '../asn1/oid-registry.ts';
import { derTag } from '../asn1/tags.ts';
import {
  derBitString,
  derExplicit,
  derImplicit,
  derOctetString,
  derOid,
  derSequence,
  derUtf8String,
  derValue,
  derValueOf,
} from '../asn1/writer.ts';
import { decodePem } from '../bytes/pem.ts';
import { utf8Encode } from '../bytes/utf8.ts';
import { isCodedError } from '../errors/coded-error.ts';
import { checkCertificateEncoding } from './check-encoding.ts';
import { describeSubject } from './describe-subject.ts';
import { sameName } from './name-comparison.ts';
import { parseCertificate } from './parse-certificate.ts';

/** Parses and touches everything: the code of the refusal, or undefined. Anything but a coded error escapes. */
function refusalOf(der: Uint8Array): string | undefined {
  try {
    const certificate = parseCertificate(der);
    describeSubject(certificate);
    sameName(certificate.subject, certificate.issuer);
    checkCertificateEncoding(certificate);
    return undefined;
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
}

const full = withExtensions(
  extension(oids.basicConstraints, derSequence(derValue(0x01, Uint8Array.of(0xff))), true),
  extension(oids.keyUsage, derBitString(Uint8Array.of(0x06), 1), true),
  extension(oids.extendedKeyUsage, derSequence(derOid(oids.serverAuth))),
  extension(oids.subjectAltName, derSequence(derImplicit(2, utf8Encode('example.cn')))),
  extension(oids.nameConstraints, derSequence(derExplicit(0, derSequence(derImplicit(2, utf8Encode('cn')))))),
  extension(oids.certificatePolicies, derSequence(derSequence(derOid(oids.anyPolicy)))),
  extension(oids.authorityKeyIdentifier, derSequence(derImplicit(0, Uint8Array.of(1, 2)))),
);

function publishedCertificates(): readonly Uint8Array[] {
  return ['gm-x509', 'x509-edge'].flatMap((name) => {
    const folder = publishedVector(name);
    if (folder === undefined || !existsSync(folder)) return [];
    return readdirSync(folder).flatMap((file) => {
      const bytes = readFileSync(path.join(folder, file));
      if (file.endsWith('.cer')) return [Uint8Array.from(bytes)];
      return file.endsWith('.pem') ? decodePem(bytes.toString('latin1')).map((block) => block.bytes) : [];
    });
  });
}

describe('parseCertificate meets hostile input', () => {
  it('refuses every truncation and anything behind the certificate', () => {
    expect(refusalOf(full)).toBeUndefined();
    for (let length = 0; length < full.length; length++)
      expect(refusalOf(full.subarray(0, length))).toBe('ERR_DER_TRUNCATED');
    expect(refusalOf(Uint8Array.of(...full, 0))).toBe('ERR_DER_TRAILING_DATA');
  });

  it('answers any change of any byte with a certificate or a code', () => {
    for (let at = 0; at < full.length; at++)
      for (const flip of [0x01, 0x80, 0xff, 0x20]) {
        const changed = full.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(refusalOf(changed) ?? 'ERR_').toMatch(/^ERR_/);
      }
  });

  it('answers random damage to published and own certificates with a certificate or a code, quickly', () => {
    const seeds = [full, buildCertificate(), ...publishedCertificates()];
    const damage = fc.record({
      seed: fc.nat(seeds.length - 1),
      changes: fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 4 }),
      cut: fc.option(fc.tuple(fc.nat(2000), fc.nat(40)), { freq: 3 }),
    });
    fc.assert(
      fc.property(damage, ({ seed, changes, cut }) => {
        const original = seeds[seed] ?? full;
        const changed = original.slice();
        for (const [at, value] of changed.length === 0 ? [] : changes) changed[at % changed.length] = value;
        const der =
          cut === null
            ? changed
            : Uint8Array.of(
                ...changed.subarray(0, cut[0] % changed.length),
                ...changed.subarray((cut[0] % changed.length) + cut[1]),
              );
        const spent = processorTime();
        expect(refusalOf(der) ?? 'ERR_').toMatch(/^ERR_/);
        expect(spent()).toBeLessThan(500);
      }),
      { numRuns: 5000 },
    );
  });

  it('refuses a certificate of more than a megabyte, of too many values or too deep', () => {
    expect(refusalOf(buildCertificate({ subject: derSequence(derValue(0x31, new Uint8Array(1_100_000))) }))).toBe(
      'ERR_DER_LIMIT_EXCEEDED',
    );
    const many = Array.from({ length: 60_000 }, () => derImplicit(2, Uint8Array.of(0x61)));
    expect(refusalOf(withExtensions(extension(oids.subjectAltName, derValueOf(derTag.sequence, many))))).toBe(
      'ERR_DER_LIMIT_EXCEEDED',
    );
    let deep = derOctetString(new Uint8Array(0));
    for (let level = 0; level < 200; level++) deep = derExplicit(0, deep);
    const nested = derSequence(derSequence(derOid(oids.cpsQualifier), deep));
    expect(
      refusalOf(
        withExtensions(extension(oids.certificatePolicies, derSequence(derSequence(derOid(oids.anyPolicy), nested)))),
      ),
    ).toBe('ERR_DER_TAG_UNEXPECTED');
  });

  it('describes a certificate whose names are not text, and says so when asked for strictness', () => {
    const broken = derSequence(
      derValue(0x31, derSequence(derOid(oids.commonName), derValue(0x0c, Uint8Array.of(0xff)))),
    );
    const certificate = parseCertificate(buildCertificate({ subject: broken }));
    expect(describeSubject(certificate).subject).toBe('CN=#0c01ff');
    expect(() => checkCertificateEncoding(certificate)).toFailWith('ERR_X509_MALFORMED');
    const notText = derSequence(derValue(0x31, derSequence(derOid(oids.commonName), derSequence(derUtf8String('x')))));
    expect(refusalOf(buildCertificate({ subject: notText }))).toBeUndefined();
  });
});
