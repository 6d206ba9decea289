import { derOid, derPrintableString, derSequence, derSetOf, derUtf8String, oids } from '@onelock/core/asn1';
import type { Params } from '@onelock/core/contract';
import type { Extension } from '@onelock/core/x509';

type Subject = Params<'createCertificateRequest'>['subject'];

/** DER of the Name, from the country in, as GB/T 20518 orders it. Country as PrintableString (RFC 5280 appendix A). */
export function requestSubject(subject: Subject): Uint8Array {
  const parts = [
    [oids.countryName, subject.country ?? 'CN'],
    [oids.stateOrProvinceName, subject.province],
    [oids.localityName, subject.locality],
    [oids.organizationName, subject.organization],
    [oids.organizationalUnitName, subject.organizationalUnit],
    [oids.commonName, subject.commonName],
  ] as const;
  return derSequence(
    ...parts.flatMap(([oid, text]) => {
      if (text === undefined) return [];
      const value = oid === oids.countryName ? derPrintableString(text) : derUtf8String(text);
      return [derSetOf(derSequence(derOid(oid), value))];
    }),
  );
}

/** 统一社会信用代码 in the organization code extension (GB/T 20518 1.2.156.10260.4.1.4), for the CA to take over. */
export function requestExtensions({ unifiedSocialCreditCode }: Subject): readonly Extension[] {
  if (unifiedSocialCreditCode === undefined) return [];
  return [{ oid: oids.organizationCode, critical: false, value: derPrintableString(unifiedSocialCreditCode) }];
}
