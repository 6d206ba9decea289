import {
  derBitString,
  derExplicit,
  derImplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTime,
  derUtf8String,
  derValue,
  oids,
} from '@onelock/core/asn1';
import { fromHex } from '@onelock/core/bytes';

/** The key of the example of GB/T 32918.5. */
export const exampleSpki = fromHex(
  '3059301306072a8648ce3d020106082a811ccf5501822d0342000409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
);

export const sm2WithSm3 = derSequence(derOid(oids.sm2WithSm3));
export const nothing = new Uint8Array(0);

/** A name of one common name. */
export function commonName(text: string): Uint8Array {
  return derSequence(derSetOf(derSequence(derOid(oids.commonName), derUtf8String(text))));
}

/** One extension, `critical` left away when false. */
export function extension(oid: string, value: Uint8Array, critical = false): Uint8Array {
  return derSequence(derOid(oid), critical ? derValue(0x01, Uint8Array.of(0xff)) : nothing, derOctetString(value));
}

export interface CertificateParts {
  readonly version: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly innerAlgorithm: Uint8Array;
  readonly issuer: Uint8Array;
  readonly validity: Uint8Array;
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  readonly uniqueIdentifiers: Uint8Array;
  /** Whole `[3]`, or nothing. */
  readonly extensions: Uint8Array;
  /** Behind everything else in the TBSCertificate. */
  readonly tail: Uint8Array;
  readonly outerAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

const ordinary: CertificateParts = {
  version: derExplicit(0, derInteger(2)),
  serialNumber: derInteger(0x1234),
  innerAlgorithm: sm2WithSm3,
  issuer: commonName('Issuer'),
  validity: derSequence(derTime(new Date('2026-01-01T00:00:00Z')), derTime(new Date('2060-01-01T00:00:00Z'))),
  subject: commonName('Subject'),
  spki: exampleSpki,
  uniqueIdentifiers: nothing,
  extensions: nothing,
  tail: nothing,
  outerAlgorithm: sm2WithSm3,
  signature: derBitString(Uint8Array.of(1, 2, 3)),
};

/** A certificate that is ordinary but for the parts given; its signature is no signature. */
export function buildCertificate(parts: Partial<CertificateParts> = {}): Uint8Array {
  const all = { ...ordinary, ...parts };
  const tbs = derSequence(
    all.version,
    all.serialNumber,
    all.innerAlgorithm,
    all.issuer,
    all.validity,
    all.subject,
    all.spki,
    all.uniqueIdentifiers,
    all.extensions,
    all.tail,
  );
  return derSequence(tbs, all.outerAlgorithm, all.signature);
}

/** A v3 certificate with these extensions. */
export function withExtensions(...extensions: readonly Uint8Array[]): Uint8Array {
  return buildCertificate({ extensions: derExplicit(3, derSequence(...extensions)) });
}

/** Bit string in an IMPLICIT context tag. */
export function uniqueIdentifier(number: 1 | 2): Uint8Array {
  return derImplicit(number, Uint8Array.of(0, 0xaa));
}
