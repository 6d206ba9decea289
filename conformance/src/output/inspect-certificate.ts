import { createHash } from 'node:crypto';
import { oidName } from '@onelock/core/asn1';
import { toHex } from '@onelock/core/bytes';
import type { PublicKey } from '@onelock/core/crypto';
import { type ErrorCode, type ErrorParams, isCodedError } from '@onelock/core/errors';
import { chineseExtensions, type SubjectIdentity, subjectIdentity } from '@onelock/core/identity';
import { type Certificate, formatName } from '@onelock/core/x509';
import { describeGeneralName } from './general-name.ts';

/** A part that could not be decoded, in place of its value. */
interface Malformed {
  readonly error: { readonly code: ErrorCode; readonly params: ErrorParams };
}

export interface InspectedExtension {
  readonly oid: string;
  readonly name: string | null;
  readonly critical: boolean;
  /** Hexadecimal, undecoded. */
  readonly value: string;
}

/** What `cert inspect` tells; no verdict is in it. Plain values. */
export interface InspectedCertificate {
  readonly version: number;
  readonly serialNumber: string;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly signatureAlgorithm: string;
  readonly publicKey: string | Malformed;
  readonly sha256: string;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | null } | null | Malformed;
  readonly keyUsage: readonly string[] | null | Malformed;
  readonly extendedKeyUsage: readonly string[] | null | Malformed;
  readonly subjectAltName: readonly string[] | null | Malformed;
  readonly extensions: readonly InspectedExtension[];
  readonly identity: {
    readonly organization: string | null;
    readonly unifiedSocialCreditCode: SubjectIdentity['unifiedSocialCreditCode'];
    readonly commonName: string | null;
  };
  /** Numbers of organisations in extensions of GM/T 0015 and GB/T 20518. */
  readonly chineseExtensions: readonly { readonly name: string; readonly text: string }[];
}

export const isMalformed = (value: unknown): value is Malformed =>
  typeof value === 'object' && value !== null && 'error' in value;

export function inspectCertificate(certificate: Certificate): InspectedCertificate {
  const { organization, unifiedSocialCreditCode, commonName } = subjectIdentity(certificate);
  return {
    version: certificate.version,
    serialNumber: certificate.serialNumber,
    subject: formatName(certificate.subject),
    issuer: formatName(certificate.issuer),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    signatureAlgorithm: nameOf(certificate.signatureAlgorithm.oid),
    publicKey: decoded(() => describeKey(certificate.publicKey)),
    sha256: createHash('sha256').update(certificate.der).digest('hex'),
    basicConstraints: decoded(() => {
      const found = certificate.basicConstraints;
      return found === undefined ? null : { ca: found.ca, pathLength: found.pathLength ?? null };
    }),
    keyUsage: decoded(() => (certificate.keyUsage === undefined ? null : [...certificate.keyUsage])),
    extendedKeyUsage: decoded(() => certificate.extendedKeyUsage?.map(nameOf) ?? null),
    subjectAltName: decoded(() => certificate.subjectAltName?.map(describeGeneralName) ?? null),
    extensions: certificate.extensions.map(({ oid, critical, value }) => ({
      oid,
      name: oidName(oid) ?? null,
      critical,
      value: isPersonal(oid) ? '' : toHex(value),
    })),
    // Numbers of persons stay in the certificate: what is printed ends in logs.
    identity: { organization, unifiedSocialCreditCode, commonName },
    chineseExtensions: chineseExtensions(certificate)
      .filter(({ personal }) => !personal)
      .map(({ name, text }) => ({ name, text })),
  };
}

const nameOf = (oid: string): string => oidName(oid) ?? oid;

/** Extensions of GM/T 0015 that hold a person's own number. */
const personalExtensions: readonly string[] = [
  'identifyCode',
  'insuranceNumber',
  'legacyIdentifyCode',
  'draftIdentifyCode',
  'draftInsuranceNumber',
];
const isPersonal = (oid: string): boolean => personalExtensions.includes(oidName(oid) ?? '');

function decoded<T>(decode: () => T): T | Malformed {
  try {
    return decode();
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { error: { code: error.code, params: error.params } };
  }
}

function describeKey(key: PublicKey): string {
  switch (key.kind) {
    case 'rsa':
      return `RSA ${key.modulusBits}`;
    case 'sm2':
      return 'SM2';
    case 'ec':
      return `EC ${key.curve}`;
    case 'unsupported':
      return nameOf(key.algorithm);
    default:
      return key.kind;
  }
}
