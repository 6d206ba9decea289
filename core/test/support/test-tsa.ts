import {
  derBoolean,
  derExplicit,
  derGeneralizedTime,
  derImplicit,
  derInteger,
  derNamedBits,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  derUnsignedInteger,
  derValue,
  oids,
} from '@onelock/core/asn1';
import { type DigestAlgorithm, digestOids } from '@onelock/core/crypto';
import type { Certificate } from '@onelock/core/x509';
import { ops } from './engine.ts';
import { extension, type KeyPair, makeCertificate, name, schemeOf } from './test-ca.ts';

/** A time-stamp, each part of which a test may set wrong. */
export interface StampSpec {
  readonly certificate: Certificate;
  readonly key: KeyPair;
  /** Stamped; or the digest itself. */
  readonly content?: Uint8Array;
  readonly digest?: Uint8Array;
  readonly digestAlgorithm?: DigestAlgorithm;
  readonly time?: Date | Uint8Array;
  readonly nonce?: Uint8Array;
  readonly policy?: string;
  /** DER of Accuracy. */
  readonly accuracy?: Uint8Array;
  readonly ordering?: boolean;
  /** DER of the GeneralName. */
  readonly authority?: Uint8Array;
  /** Which certificate the signer names; false: none. */
  readonly names?: Certificate | false;
  readonly namedBy?: 'signingCertificate' | 'signingCertificateV2';
  readonly family?: 'gm' | 'pkcs7';
  readonly certificates?: readonly Uint8Array[];
  readonly contentType?: string;
}

/** A certificate for time-stamping, or one that is almost. */
export function authorityCertificate(
  issuer: { readonly name: Uint8Array; readonly key: KeyPair },
  key: KeyPair,
  change: { readonly purposes?: readonly string[]; readonly critical?: boolean; readonly notBefore?: Date } = {},
): Certificate {
  const { purposes = [oids.timeStamping], critical = true, notBefore } = change;
  const usage = extension(oids.extendedKeyUsage, critical, derSequence(...purposes.map(derOid)));
  const extensions = [extension(oids.keyUsage, true, derNamedBits([0])), ...(purposes.length === 0 ? [] : [usage])];
  const dates = notBefore === undefined ? {} : { notBefore };
  return makeCertificate({ subject: name('Test TSA'), key, issuer, extensions, ...dates }, ops);
}

const attribute = (oid: string, value: Uint8Array): Uint8Array => derSequence(derOid(oid), derSetOf(value));

export function makeToken(spec: StampSpec): Uint8Array {
  const { certificate, key, family = 'pkcs7', contentType = oids.tstInfo } = spec;
  const info = tstInfo(spec);
  const isSm2 = key.publicKey.kind === 'sm2';
  const digest = isSm2 ? 'sm3' : 'sha256';
  const named = spec.names === undefined ? certificate : spec.names;
  const attributes = [
    attribute(oids.contentType, derOid(contentType)),
    attribute(oids.messageDigest, derOctetString(ops.digest(digest, info))),
    ...(named === false ? [] : [essAttribute(named, spec.namedBy ?? 'signingCertificateV2')]),
  ];
  const toBeSigned = derSetOf(...attributes);
  const { algorithm, identifier } = schemeOf(key.publicKey);
  const implicit = Uint8Array.from(toBeSigned);
  implicit[0] = 0xa0;
  const digestIdentifier = derSequence(derOid(digestOids[digest]), derNull());
  const signer = derSequence(
    derInteger(1),
    derSequence(certificate.issuerDer, derValue(derTag.integer, certificate.serialNumberBytes)),
    digestIdentifier,
    implicit,
    isSm2 ? derSequence(derOid(oids.sm2Sign), derNull()) : identifier,
    derOctetString(ops.sign(key.privateKey, algorithm, toBeSigned)),
  );
  const signedData = derSequence(
    derInteger(3),
    derSetOf(digestIdentifier),
    derSequence(derOid(contentType), derExplicit(0, derOctetString(info))),
    derExplicit(0, ...(spec.certificates ?? [certificate.der])),
    derSetOf(signer),
  );
  return derSequence(derOid(family === 'gm' ? oids.gmSignedData : oids.signedData), derExplicit(0, signedData));
}

/** TimeStampResp that grants a token. */
export function granted(token: Uint8Array): Uint8Array {
  return derSequence(derSequence(derInteger(0)), token);
}

/** TimeStampResp that refuses, with PKIFailureInfo badAlg. */
export function refused(): Uint8Array {
  return derSequence(derSequence(derInteger(2), derNamedBits([0])));
}

function tstInfo(spec: StampSpec): Uint8Array {
  const { content = new Uint8Array(0), digestAlgorithm = 'sm3', time = new Date('2026-06-01T08:00:00Z') } = spec;
  const digest = spec.digest ?? ops.digest(digestAlgorithm, content);
  return derSequence(
    derInteger(1),
    derOid(spec.policy ?? '1.2.3.4.1'),
    derSequence(derSequence(derOid(digestOids[digestAlgorithm]), derNull()), derOctetString(digest)),
    derInteger(4711),
    time instanceof Date ? derGeneralizedTime(time) : derValue(derTag.generalizedTime, time),
    ...(spec.accuracy === undefined ? [] : [spec.accuracy]),
    ...(spec.ordering === true ? [derBoolean(true)] : []),
    ...(spec.nonce === undefined ? [] : [derUnsignedInteger(spec.nonce)]),
    ...(spec.authority === undefined ? [] : [derExplicit(0, spec.authority)]),
  );
}

function essAttribute(certificate: Certificate, version: 'signingCertificate' | 'signingCertificateV2'): Uint8Array {
  const digest = version === 'signingCertificate' ? 'sha1' : 'sha256';
  const id = derSequence(derOctetString(ops.digest(digest, certificate.der)));
  return attribute(oids[version], derSequence(derSequence(id)));
}

/** Accuracy of seconds, milliseconds and microseconds. */
export function accuracy(seconds: number, millis: number, micros: number): Uint8Array {
  return derSequence(
    derInteger(seconds),
    derImplicit(0, derInteger(millis).subarray(2)),
    derImplicit(1, derInteger(micros).subarray(2)),
  );
}
