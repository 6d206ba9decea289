import {
  derExplicit,
  derImplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  derValue,
  oids,
} from '@onelock/core/asn1';
import { type CryptoOps, type PrivateKey, sm2DefaultUserId } from '@onelock/core/crypto';
import type { Certificate } from '@onelock/core/x509';

/** A GM/T 0010 message of one SM2 signer, each part of which a test may set wrong. */
export interface MessageSpec {
  readonly content: Uint8Array;
  readonly certificate: Certificate;
  readonly key: PrivateKey;
  readonly contentType?: string;
  readonly detached?: boolean;
  /** DER of each Attribute, or null for a message without; the two required ones by default. */
  readonly attributes?: readonly Uint8Array[] | null;
  readonly unsignedAttributes?: readonly Uint8Array[];
  readonly digestAlgorithm?: string;
  readonly signatureAlgorithm?: string;
  /** Named by the subject key identifier instead of issuer and serial number. */
  readonly byKeyIdentifier?: boolean;
  /** What is really signed, given what ought to be. */
  readonly signed?: (toBeSigned: Uint8Array) => Uint8Array;
  readonly certificates?: readonly Uint8Array[];
  readonly outerType?: string;
  /** DER of each RevocationInfoChoice. */
  readonly revocations?: readonly Uint8Array[];
}

export function attribute(oid: string, ...values: readonly Uint8Array[]): Uint8Array {
  return derSequence(derOid(oid), derSetOf(...values));
}

/** The attributes an honest signer writes. */
export function honestAttributes(content: Uint8Array, ops: CryptoOps, contentType: string = oids.gmData): Uint8Array[] {
  return [
    attribute(oids.contentType, derOid(contentType)),
    attribute(oids.messageDigest, derOctetString(ops.digest('sm3', content))),
  ];
}

export function buildMessage(spec: MessageSpec, ops: CryptoOps): Uint8Array {
  const { certificate, content, contentType = oids.gmData } = spec;
  const attributes = spec.attributes === undefined ? honestAttributes(content, ops) : spec.attributes;
  const toBeSigned = attributes === null ? content : derSetOf(...attributes);
  const signature = ops.sign(
    spec.key,
    { kind: 'sm2-sm3', userId: sm2DefaultUserId },
    spec.signed === undefined ? toBeSigned : spec.signed(toBeSigned),
  );
  const digest = derSequence(derOid(spec.digestAlgorithm ?? oids.sm3), derNull());
  const signer = derSequence(
    derInteger(spec.byKeyIdentifier === true ? 3 : 1),
    spec.byKeyIdentifier === true ? keyIdentifier(certificate) : issuerAndSerial(certificate),
    digest,
    ...(attributes === null ? [] : [withTag(0xa0, toBeSigned)]),
    derSequence(derOid(spec.signatureAlgorithm ?? oids.sm2Sign), derNull()),
    derOctetString(signature),
    ...(spec.unsignedAttributes === undefined ? [] : [withTag(0xa1, derSetOf(...spec.unsignedAttributes))]),
  );
  const encapsulated = spec.detached === true ? [] : [derExplicit(0, derOctetString(content))];
  const signedData = derSequence(
    derInteger(1),
    derSetOf(digest),
    derSequence(derOid(contentType), ...encapsulated),
    derExplicit(0, ...(spec.certificates ?? [certificate.der])),
    ...(spec.revocations === undefined ? [] : [derExplicit(1, ...spec.revocations)]),
    derSetOf(signer),
  );
  return derSequence(derOid(spec.outerType ?? oids.gmSignedData), derExplicit(0, signedData));
}

function issuerAndSerial(certificate: Certificate): Uint8Array {
  return derSequence(certificate.issuerDer, derValue(derTag.integer, certificate.serialNumberBytes));
}

function keyIdentifier(certificate: Certificate): Uint8Array {
  return derImplicit(0, certificate.subjectKeyIdentifier ?? new Uint8Array());
}

function withTag(tag: number, der: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(der);
  copy[0] = tag;
  return copy;
}
