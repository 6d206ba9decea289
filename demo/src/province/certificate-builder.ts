import {
  derBitString,
  derBoolean,
  derExplicit,
  derImplicit,
  derInteger,
  derNamedBits,
  derNull,
  derOctetString,
  derOid,
  derPrintableString,
  derSequence,
  derSetOf,
  derTime,
  derUnsignedInteger,
  derUtf8String,
  oids,
} from '@onelock/core/asn1';
import {
  type CryptoOps,
  type PrivateKey,
  type PublicKey,
  type SignatureAlgorithm,
  sm2DefaultUserId,
} from '@onelock/core/crypto';

/** A name from the outside in: country first. */
export type SubjectName = readonly (readonly [oid: string, value: string])[];

/** Bits of KeyUsage, RFC 5280 §4.2.1.3. */
export const keyUsageBits = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
} as const;

export interface CertificatePlan {
  readonly subject: SubjectName;
  readonly publicKey: PublicKey;
  readonly validity: { readonly notBefore: Date; readonly notAfter: Date };
  readonly keyUsage: readonly (keyof typeof keyUsageBits)[];
  /** A certification authority, and how many authorities may follow below it; absent for an end entity. */
  readonly authority?: { readonly pathLength: number };
  /** 统一社会信用代码, written into extension 1.2.156.10260.4.1.4 (GB/T 20518) as a PrintableString. */
  readonly organizationCode?: string;
}

/** Who signs. For a root, the subject itself. */
export interface Issuer {
  readonly name: SubjectName;
  readonly publicKey: PublicKey;
  readonly privateKey: PrivateKey;
}

/**
 * Builds and signs a version 3 certificate (RFC 5280 §4.1; SM2 with the default user id, GM/T 0015).
 * @returns DER
 */
export function buildCertificate(plan: CertificatePlan, issuer: Issuer, ops: CryptoOps): Uint8Array {
  const { algorithm, identifier } = signatureBy(issuer.privateKey);
  const tbs = derSequence(
    derExplicit(0, derInteger(2)),
    derUnsignedInteger(positive(ops.random(16))),
    identifier,
    encodeName(issuer.name),
    derSequence(derTime(plan.validity.notBefore), derTime(plan.validity.notAfter)),
    encodeName(plan.subject),
    plan.publicKey.spki,
    derExplicit(3, derSequence(...extensionsOf(plan, issuer, ops))),
  );
  return derSequence(tbs, identifier, derBitString(ops.sign(issuer.privateKey, algorithm, tbs)));
}

function extensionsOf(plan: CertificatePlan, issuer: Issuer, ops: CryptoOps): Uint8Array[] {
  const authority = plan.authority;
  const constraints =
    authority === undefined ? derSequence() : derSequence(derBoolean(true), derInteger(authority.pathLength));
  const usage = derNamedBits(plan.keyUsage.map((name) => keyUsageBits[name]));
  return [
    extension(oids.basicConstraints, constraints, 'critical'),
    extension(oids.keyUsage, usage, 'critical'),
    extension(oids.subjectKeyIdentifier, derOctetString(keyIdentifier(plan.publicKey, ops)), 'plain'),
    extension(oids.authorityKeyIdentifier, derSequence(derImplicit(0, keyIdentifier(issuer.publicKey, ops))), 'plain'),
    ...(plan.organizationCode === undefined
      ? []
      : [extension(oids.organizationCode, derPrintableString(plan.organizationCode), 'plain')]),
  ];
}

function extension(oid: string, value: Uint8Array, kind: 'critical' | 'plain'): Uint8Array {
  return derSequence(derOid(oid), ...(kind === 'critical' ? [derBoolean(true)] : []), derOctetString(value));
}

/** RFC 7093 §2 method 4: leftmost 160 bits of the SHA-256 of the SubjectPublicKeyInfo. */
function keyIdentifier(key: PublicKey, ops: CryptoOps): Uint8Array {
  return ops.digest('sha256', key.spki).subarray(0, 20);
}

function encodeName(name: SubjectName): Uint8Array {
  return derSequence(
    ...name.map(([oid, value]) =>
      derSetOf(derSequence(derOid(oid), oid === oids.countryName ? derPrintableString(value) : derUtf8String(value))),
    ),
  );
}

/** Clears the sign bit and keeps the number from starting with zero (RFC 5280 §4.1.2.2). */
function positive(serial: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(serial);
  copy[0] = ((copy[0] ?? 0) & 0x7f) | 0x40;
  return copy;
}

/** GM/T 0006: the identifier of SM2 with SM3 has no parameters; RFC 4055 §5 wants NULL for RSA. */
function signatureBy(key: PrivateKey): { readonly algorithm: SignatureAlgorithm; readonly identifier: Uint8Array } {
  if (key.kind === 'sm2')
    return {
      algorithm: { kind: 'sm2-sm3', userId: sm2DefaultUserId },
      identifier: derSequence(derOid(oids.sm2WithSm3)),
    };
  if (key.kind === 'rsa')
    return {
      algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' },
      identifier: derSequence(derOid(oids.sha256WithRsaEncryption), derNull()),
    };
  throw new TypeError('the demonstration has authorities with SM2 and RSA keys only');
}
