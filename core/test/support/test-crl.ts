import {
  derBitString,
  derBoolean,
  derExplicit,
  derGeneralizedTime,
  derImplicit,
  derInteger,
  derNamedBits,
  derOctetString,
  derSequence,
  derTag,
  derTime,
  derValue,
  derValueOf,
  oids,
} from '@onelock/core/asn1';
import type { CryptoOps } from '@onelock/core/crypto';
import { extension, general, type Issuer, schemeOf } from './test-ca.ts';

export interface EntrySpec {
  readonly serial: number | bigint;
  readonly at?: Date;
  /** Number of RFC 5280 §5.3.1. */
  readonly reason?: number;
  readonly invalidity?: Date;
  /** DER of the name of the certificate's issuer. */
  readonly issuer?: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
}

export interface CrlSpec {
  readonly issuer: Issuer;
  readonly entries?: readonly EntrySpec[];
  readonly thisUpdate?: Date;
  /** null: none. */
  readonly nextUpdate?: Date | null;
  /** null: none. */
  readonly number?: number | null;
  readonly extensions?: readonly Uint8Array[];
  /** `0` for a list of version 1, which has no extensions. */
  readonly version?: 0 | 1 | 2;
}

/** A list for the tests of odd scopes. Those of honest kinds are made by OpenSSL. */
export function makeCrl(spec: CrlSpec, ops: CryptoOps): Uint8Array {
  const { algorithm, identifier } = schemeOf(spec.issuer.key.publicKey);
  const { entries = [], number = 1, nextUpdate = new Date('2026-07-01T00:00:00Z'), version = 1 } = spec;
  const numbered = number === null || version === 0 ? [] : [extension(oids.crlNumber, false, derInteger(number))];
  const extensions = [...numbered, ...(spec.extensions ?? [])];
  const tbs = derSequence(
    ...(version === 0 ? [] : [derInteger(version)]),
    identifier,
    spec.issuer.name,
    derTime(spec.thisUpdate ?? new Date('2026-05-01T00:00:00Z')),
    ...(nextUpdate === null ? [] : [derTime(nextUpdate)]),
    ...(entries.length === 0 ? [] : [derValueOf(derTag.sequence, entries.map(encodeEntry))]),
    ...(extensions.length === 0 ? [] : [derExplicit(0, derSequence(...extensions))]),
  );
  const signature = ops.sign(spec.issuer.key.privateKey, algorithm, tbs);
  return derSequence(tbs, identifier, derBitString(signature));
}

function encodeEntry({ serial, at, reason, invalidity, issuer, extensions = [] }: EntrySpec): Uint8Array {
  const all = [
    ...(reason === undefined
      ? []
      : [extension(oids.crlReason, false, derValue(derTag.enumerated, Uint8Array.of(reason)))]),
    ...(invalidity === undefined ? [] : [extension(oids.invalidityDate, false, derGeneralizedTime(invalidity))]),
    ...(issuer === undefined ? [] : [extension(oids.certificateIssuer, true, derSequence(general.directory(issuer)))]),
    ...extensions,
  ];
  return derSequence(
    derInteger(serial),
    derTime(at ?? new Date('2026-04-01T00:00:00Z')),
    ...(all.length === 0 ? [] : [derSequence(...all)]),
  );
}

export interface ScopeSpec {
  /** GeneralNames of the distribution point. */
  readonly names?: readonly Uint8Array[];
  /** One RelativeDistinguishedName: contents of its SET. */
  readonly relative?: Uint8Array;
  readonly only?: 'user' | 'ca' | 'attribute';
  /** Bits of ReasonFlags, 1 keyCompromise … 8 aACompromise. */
  readonly reasons?: readonly number[];
  readonly indirect?: boolean;
}

const yes = Uint8Array.of(0xff);

/** issuingDistributionPoint. */
export function scope(spec: ScopeSpec): Uint8Array {
  const flag = (number: number, set: boolean): readonly Uint8Array[] => (set ? [derImplicit(number, yes)] : []);
  return extension(
    oids.issuingDistributionPoint,
    true,
    derSequence(
      ...pointName(spec),
      ...flag(1, spec.only === 'user'),
      ...flag(2, spec.only === 'ca'),
      ...(spec.reasons === undefined ? [] : [reasonFlags(3, spec.reasons)]),
      ...flag(4, spec.indirect === true),
      ...flag(5, spec.only === 'attribute'),
    ),
  );
}

export interface PointSpec {
  readonly names?: readonly Uint8Array[];
  readonly relative?: Uint8Array;
  readonly reasons?: readonly number[];
  /** DER of a name. */
  readonly crlIssuer?: Uint8Array;
}

/** cRLDistributionPoints. */
export function distributionPoints(...points: readonly PointSpec[]): Uint8Array {
  const encoded = points.map((point) =>
    derSequence(
      ...pointName(point),
      ...(point.reasons === undefined ? [] : [reasonFlags(1, point.reasons)]),
      ...(point.crlIssuer === undefined ? [] : [derExplicit(2, general.directory(point.crlIssuer))]),
    ),
  );
  return extension(oids.crlDistributionPoints, false, derSequence(...encoded));
}

/** freshestCRL of one point. */
export function freshestCrl(...names: readonly Uint8Array[]): Uint8Array {
  return extension(oids.freshestCrl, false, derSequence(derSequence(...pointName({ names }))));
}

export function delta(base: number): Uint8Array {
  return extension(oids.deltaCrlIndicator, true, derInteger(base));
}

export function authorityKeyIdentifier(keyIdentifier: Uint8Array): Uint8Array {
  return extension(oids.authorityKeyIdentifier, false, derSequence(derImplicit(0, keyIdentifier)));
}

export function subjectKeyIdentifier(keyIdentifier: Uint8Array): Uint8Array {
  return extension(oids.subjectKeyIdentifier, false, derOctetString(keyIdentifier));
}

/** An extension that nobody knows. */
export function unknownExtension(critical: boolean): Uint8Array {
  return derSequence(
    derValue(derTag.objectIdentifier, Uint8Array.of(0x2b, 6, 1, 4, 1, 0x83, 0xb2, 3, 1)),
    ...(critical ? [derBoolean(true)] : []),
    derOctetString(Uint8Array.of(5, 0)),
  );
}

function pointName({ names, relative }: Pick<PointSpec, 'names' | 'relative'>): readonly Uint8Array[] {
  if (names !== undefined) return [derExplicit(0, derExplicit(0, ...names))];
  return relative === undefined ? [] : [derExplicit(0, derExplicit(1, relative))];
}

function reasonFlags(number: number, bits: readonly number[]): Uint8Array {
  return derImplicit(number, derNamedBits(bits).subarray(2));
}
