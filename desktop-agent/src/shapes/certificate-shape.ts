import { oidName, oids } from '@onelock/core/asn1';
import { toHex } from '@onelock/core/bytes';
import type { Result } from '@onelock/core/contract';
import type { CryptoOps, PublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  type Certificate,
  formatAttributeType,
  formatName,
  type GeneralName,
  type Name,
  nameAttribute,
} from '@onelock/core/x509';
import { signatureAlgorithmName } from './algorithm-name.ts';

type Info = Result<'getCertificateInfo'>;
export type Summary = NonNullable<Result<'listCertificates'>['identities'][number]['signing']>;

/** What a list shows of a certificate. A key that cannot be decoded shows as unsupported; the certificate still lists. */
export function certificateSummary(certificate: Certificate, ops: CryptoOps): Summary {
  return {
    subject: cut(formatName(certificate.subject), 1024),
    subjectCommonName: cutOrNull(nameAttribute(certificate.subject, oids.commonName), 256),
    issuer: cut(formatName(certificate.issuer), 1024),
    issuerCommonName: cutOrNull(nameAttribute(certificate.issuer, oids.commonName), 256),
    serialNumber: serialNumberOf(certificate),
    notBefore: instant(certificate.notBefore),
    notAfter: instant(certificate.notAfter),
    publicKey: publicKeyInfo(lenient(() => certificate.publicKey)),
    keyUsage: [...(lenient(() => certificate.keyUsage) ?? [])],
    fingerprint: toHex(ops.digest('sha256', certificate.der)),
  };
}

/**
 * Every field of a certificate.
 *
 * @throws {CodedError} of a key or an extension that is malformed; ERR_X509_ENTRIES_EXCEEDED for more entries than the contract holds
 */
export function certificateInfo(certificate: Certificate, ops: CryptoOps): Info {
  const access = certificate.authorityInfoAccess ?? [];
  const locations = (method: string): string[] =>
    access.flatMap(({ method: given, location }) =>
      given === method && location.kind === 'uri' ? [location.value] : [],
    );
  const basic = certificate.basicConstraints;
  const usage = certificate.keyUsage;
  const purposes = certificate.extendedKeyUsage;
  return {
    version: certificate.version,
    serialNumber: serialNumberOf(certificate),
    signatureAlgorithm: signatureAlgorithmName(certificate.signatureAlgorithm.oid),
    signatureAlgorithmOid: certificate.signatureAlgorithm.oid,
    issuer: distinguishedName(certificate.issuer),
    subject: distinguishedName(certificate.subject),
    notBefore: instant(certificate.notBefore),
    notAfter: instant(certificate.notAfter),
    publicKey: publicKeyInfo(certificate.publicKey),
    subjectPublicKeyInfo: certificate.spki,
    keyUsage: usage === undefined ? null : [...usage],
    extendedKeyUsage: purposes === undefined ? null : bounded('extendedKeyUsage', purposes, 64),
    basicConstraints: basic === undefined ? null : { ca: basic.ca, pathLength: basic.pathLength ?? null },
    subjectKeyIdentifier: hexOrNull(certificate.subjectKeyIdentifier),
    authorityKeyIdentifier: hexOrNull(certificate.authorityKeyIdentifier?.keyIdentifier),
    subjectAltNames: bounded('subjectAltNames', certificate.subjectAltName ?? [], 256).map(alternativeName),
    certificatePolicies: bounded('certificatePolicies', certificate.certificatePolicies ?? [], 64).map(
      ({ policy }) => policy,
    ),
    crlDistributionPoints: bounded(
      'crlDistributionPoints',
      (certificate.crlDistributionPoints ?? []).flatMap((point) =>
        (point.name?.kind === 'full' ? point.name.names : []).flatMap((name) =>
          name.kind === 'uri' ? [name.value] : [],
        ),
      ),
      64,
    ),
    ocspResponders: bounded('ocspResponders', locations(oids.ocspAccess), 64),
    caIssuers: bounded('caIssuers', locations(oids.caIssuersAccess), 64),
    extensions: bounded('extensions', certificate.extensions, 128).map(({ oid, critical, value }) => ({
      oid,
      name: oidName(oid) ?? null,
      critical,
      value,
    })),
    fingerprints: {
      sha256: toHex(ops.digest('sha256', certificate.der)),
      sm3: toHex(ops.digest('sm3', certificate.der)),
    },
  };
}

export function publicKeyInfo(key: PublicKey | undefined): Summary['publicKey'] {
  switch (key?.kind) {
    case 'rsa':
      return { algorithm: 'rsa', curve: null, bits: key.modulusBits };
    case 'sm2':
      return { algorithm: 'sm2', curve: 'sm2', bits: 256 };
    case 'ec':
      return { algorithm: 'ec', curve: key.curve, bits: { p256: 256, p384: 384, p521: 521 }[key.curve] };
    case 'ed25519':
      return { algorithm: 'ed25519', curve: null, bits: 256 };
    case 'ed448':
      return { algorithm: 'ed448', curve: null, bits: 448 };
    default:
      return { algorithm: 'unsupported', curve: null, bits: null };
  }
}

/** The contract writes no sign; a negative serial number, which RFC 5280 forbids, shows its digits. */
export function serialNumberOf(certificate: Certificate): string {
  return certificate.serialNumber.replace(/^-/, '').slice(0, 128);
}

/** RFC 3339 to the second. */
export function instant(date: Date): string {
  return date.toISOString().replace(/\.000Z$/, 'Z');
}

/** The value, or undefined where a certificate's part is malformed. */
export function lenient<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isCodedError(error)) return undefined;
    throw error;
  }
}

/** A list that the contract cannot hold is refused with its size: a page must not take a part for the whole. */
function bounded<T>(field: string, list: readonly T[], limit: number): T[] {
  if (list.length > limit) throw new CodedError('ERR_X509_ENTRIES_EXCEEDED', { field, limit });
  return [...list];
}

function distinguishedName(name: Name): Info['subject'] {
  return {
    text: cut(formatName(name), 1024),
    attributes: bounded('name', name.rdns.flat(), 64).map((attribute) => {
      const shortName = formatAttributeType(attribute.oid);
      return {
        oid: attribute.oid,
        name: shortName === attribute.oid ? null : shortName,
        value: cut(attribute.value, 1024),
      };
    }),
  };
}

function alternativeName(name: GeneralName): Info['subjectAltNames'][number] {
  switch (name.kind) {
    case 'dns':
    case 'email':
    case 'uri':
      return { kind: name.kind, value: cut(name.value, 1024) };
    case 'ip':
      return { kind: 'ip', value: addressText(name.bytes) };
    case 'directory':
      return { kind: 'directory-name', value: cut(formatName(name.name), 1024) };
    case 'registered-id':
      return { kind: 'registered-id', value: name.oid };
    case 'other':
      return { kind: 'other', value: cut(toHex(name.value.der), 1024) };
    default:
      return { kind: 'other', value: cut(toHex(name.der), 1024) };
  }
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  return (toHex(bytes).match(/.{4}/g) ?? []).join(':');
}

function hexOrNull(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined || bytes.length === 0 ? null : toHex(bytes);
}

function cut(text: string, length: number): string {
  return text.slice(0, length);
}

function cutOrNull(text: string | undefined, length: number): string | null {
  return text === undefined ? null : cut(text, length);
}
