import {
  derBitString,
  derBoolean,
  derExplicit,
  derIa5String,
  derImplicit,
  derInteger,
  derNamedBits,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTime,
  derUtf8String,
  oids,
} from '@onelock/core/asn1';
import { utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps, KeyKind, PrivateKey, PublicKey, SignatureAlgorithm } from '@onelock/core/crypto';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { type Certificate, parseCertificate } from '@onelock/core/x509';

export interface KeyPair {
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

/** Who signs: a name and a key. */
export interface Issuer {
  readonly name: Uint8Array;
  readonly key: KeyPair;
}

export interface CertificateSpec {
  readonly subject: Uint8Array;
  readonly key: KeyPair;
  readonly issuer: Issuer;
  readonly extensions?: readonly Uint8Array[];
  readonly serial?: number;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** DER of the outer AlgorithmIdentifier, where it is to differ from the signed one. */
  readonly outerAlgorithm?: Uint8Array;
}

let lastSerial = 1000;

/** Certificates for the tests of odd paths. Those of honest hierarchies are made by OpenSSL, in vectors/pki. */
export function makeCertificate(spec: CertificateSpec, ops: CryptoOps): Certificate {
  const { algorithm, identifier } = schemeOf(spec.issuer.key.publicKey);
  const tbs = derSequence(
    derExplicit(0, derInteger(2)),
    derInteger(spec.serial ?? lastSerial++),
    identifier,
    spec.issuer.name,
    derSequence(
      derTime(spec.notBefore ?? new Date('2020-01-01T00:00:00Z')),
      derTime(spec.notAfter ?? new Date('2040-01-01T00:00:00Z')),
    ),
    spec.subject,
    spec.key.publicKey.spki,
    ...((spec.extensions ?? []).length === 0 ? [] : [derExplicit(3, derSequence(...(spec.extensions ?? [])))]),
  );
  const signature = ops.sign(spec.issuer.key.privateKey, algorithm, tbs);
  return parseCertificate(derSequence(tbs, spec.outerAlgorithm ?? identifier, derBitString(signature)));
}

/** A key pair for tests that do not care which; the same object each time for the same label. */
export function keyRing(ops: CryptoOps, kind: KeyKind = { kind: 'ec', curve: 'p256' }): (label: string) => KeyPair {
  const keys = new Map<string, KeyPair>();
  return (label) => {
    const key = keys.get(label) ?? ops.generateKeyPair(kind);
    keys.set(label, key);
    return key;
  };
}

/** `CN=text`, or a whole list of attributes. */
export function name(...attributes: readonly (string | readonly [oid: string, value: string])[]): Uint8Array {
  return derSequence(
    ...attributes.map((attribute) => {
      const [oid, value] = typeof attribute === 'string' ? [oids.commonName, attribute] : attribute;
      return derSetOf(derSequence(derOid(oid), oid === oids.emailAddress ? derIa5String(value) : derUtf8String(value)));
    }),
  );
}

export function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  return derSequence(derOid(oid), ...(critical ? [derBoolean(true)] : []), derOctetString(value));
}

export function basicConstraints(pathLength?: number): Uint8Array {
  const length = pathLength === undefined ? [] : [derInteger(pathLength)];
  return extension(oids.basicConstraints, true, derSequence(derBoolean(true), ...length));
}

/** @param bits numbers of RFC 5280 §4.2.1.3: 0 digitalSignature, 2 keyEncipherment, 5 keyCertSign */
export function keyUsage(...bits: readonly number[]): Uint8Array {
  return extension(oids.keyUsage, true, derNamedBits(bits));
}

export function extendedKeyUsage(...purposes: readonly string[]): Uint8Array {
  return extension(oids.extendedKeyUsage, false, derSequence(...purposes.map(derOid)));
}

export const general = {
  email: (text: string): Uint8Array => derImplicit(1, utf8Encode(text)),
  dns: (text: string): Uint8Array => derImplicit(2, utf8Encode(text)),
  directory: (der: Uint8Array): Uint8Array => derExplicit(4, der),
  uri: (text: string): Uint8Array => derImplicit(6, utf8Encode(text)),
  ip: (...octets: readonly number[]): Uint8Array => derImplicit(7, Uint8Array.from(octets)),
  registeredId: (oid: string): Uint8Array => derImplicit(8, derOid(oid).subarray(2)),
};

export function subjectAltName(...names: readonly Uint8Array[]): Uint8Array {
  return extension(oids.subjectAltName, false, derSequence(...names));
}

export function nameConstraints(sides: {
  readonly permitted?: readonly Uint8Array[];
  readonly excluded?: readonly Uint8Array[];
}): Uint8Array {
  const side = (number: number, bases: readonly Uint8Array[] | undefined): readonly Uint8Array[] =>
    bases === undefined ? [] : [derExplicit(number, ...bases.map((base) => derSequence(base)))];
  const value = derSequence(...side(0, sides.permitted), ...side(1, sides.excluded));
  return extension(oids.nameConstraints, true, value);
}

/** How a key signs certificates, and the AlgorithmIdentifier that says so. */
export function schemeOf(key: PublicKey): { readonly algorithm: SignatureAlgorithm; readonly identifier: Uint8Array } {
  switch (key.kind) {
    case 'sm2':
      return {
        algorithm: { kind: 'sm2-sm3', userId: sm2DefaultUserId },
        identifier: derSequence(derOid(oids.sm2WithSm3)),
      };
    case 'rsa':
      return {
        algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' },
        identifier: derSequence(derOid(oids.sha256WithRsaEncryption), derNull()),
      };
    default:
      return {
        algorithm: { kind: 'ecdsa', digest: 'sha256' },
        identifier: derSequence(derOid(oids.ecdsaWithSha256)),
      };
  }
}
