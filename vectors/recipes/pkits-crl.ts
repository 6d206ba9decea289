import { element, explicit, integer, octetString, oid, sequence, tlv } from './der.ts';
import { openssl } from './openssl.ts';

/** What a CRL says of one certificate. */
export interface RevokedEntry {
  /** DER of the certificate. */
  readonly certificate: Buffer;
  /** CRLReason, RFC 5280 §5.3.1; 8 removes from a delta's base. */
  readonly reason?: number;
  /** DER Name, for the first entry of another issuer in an indirect CRL. */
  readonly issuer?: Buffer;
  readonly unknownCritical?: boolean;
}

export interface DistributionName {
  readonly uri?: string;
  /** DER Name. */
  readonly directory?: Buffer;
}

export interface IssuingScope {
  readonly name?: DistributionName;
  readonly only?: 'user' | 'ca' | 'attribute';
  /** Bits of ReasonFlags. */
  readonly reasons?: readonly number[];
  readonly indirect?: boolean;
}

export interface CrlSpec {
  /** DER Name. */
  readonly issuer: Buffer;
  readonly keyFile: string;
  /** Of the key that signs. */
  readonly keyIdentifier: Buffer;
  readonly revoked: readonly RevokedEntry[];
  readonly thisUpdate: string;
  readonly nextUpdate: string;
  readonly number: number;
  /** Number of the base, which makes this a delta. */
  readonly base?: number;
  readonly scope?: IssuingScope;
  readonly unknownCritical?: boolean;
}

const unknownExtension = '1.3.6.1.4.1.55555.1.9';
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const yes = Buffer.from([0xff]);

/** A CRL of our own making, signed by OpenSSL: `openssl ca -gencrl` knows neither indirect entries nor deltas. */
export function makeCrl(spec: CrlSpec): Buffer {
  const entries = spec.revoked.map(revokedEntry);
  const extensions = [
    extension('2.5.29.35', false, sequence(tlv(0x80, spec.keyIdentifier))),
    extension('2.5.29.20', false, integer(spec.number)),
    ...(spec.base === undefined ? [] : [extension('2.5.29.27', true, integer(spec.base))]),
    ...(spec.scope === undefined ? [] : [extension('2.5.29.28', true, issuingDistributionPoint(spec.scope))]),
    ...(spec.unknownCritical === true ? [extension(unknownExtension, true, integer(1))] : []),
  ];
  const tbs = sequence(
    integer(1),
    ecdsaWithSha256,
    spec.issuer,
    time(spec.thisUpdate),
    time(spec.nextUpdate),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    explicit(0, sequence(...extensions)),
  );
  const signature = openssl(['dgst', '-sha256', '-sign', spec.keyFile], tbs);
  return sequence(tbs, ecdsaWithSha256, tlv(0x03, Buffer.from([0]), signature));
}

/** `crlDistributionPoints` of one point as a line of an OpenSSL extension section. */
export function distributionPointLine(...points: readonly DistributionPointSpec[]): string {
  return `2.5.29.31 = DER:${sequence(...points.map(distributionPoint)).toString('hex')}`;
}

export interface DistributionPointSpec {
  readonly name?: DistributionName;
  readonly reasons?: readonly number[];
  /** DER Name of another issuer of CRLs. */
  readonly crlIssuer?: Buffer;
}

function distributionPoint({ name, reasons, crlIssuer }: DistributionPointSpec): Buffer {
  return sequence(
    ...(name === undefined ? [] : [distributionPointName(name)]),
    ...(reasons === undefined ? [] : [tlv(0x81, reasonBits(reasons))]),
    ...(crlIssuer === undefined ? [] : [explicit(2, explicit(4, crlIssuer))]),
  );
}

/** The subjectKeyIdentifier of a certificate that OpenSSL gave one of 20 octets. */
export function keyIdentifierOf(der: Buffer): Buffer {
  const head = Buffer.from('0603551d0e04160414', 'hex');
  const start = der.indexOf(head) + head.length;
  return der.subarray(start, start + 20);
}

/** Fields of a certificate that a CRL repeats. */
export function certificateParts(der: Buffer): {
  readonly serial: Buffer;
  readonly subject: Buffer;
  readonly issuer: Buffer;
} {
  const tbs = element(der, element(der, 0).content);
  const version = element(der, tbs.content);
  const serial = element(der, version.end);
  const algorithm = element(der, serial.end);
  const issuer = element(der, algorithm.end);
  const validity = element(der, issuer.end);
  const subject = element(der, validity.end);
  return {
    serial: der.subarray(version.end, serial.end),
    issuer: der.subarray(algorithm.end, issuer.end),
    subject: der.subarray(validity.end, subject.end),
  };
}

function revokedEntry({ certificate, reason, issuer, unknownCritical }: RevokedEntry): Buffer {
  const extensions = [
    ...(reason === undefined ? [] : [extension('2.5.29.21', false, tlv(0x0a, Buffer.from([reason])))]),
    ...(issuer === undefined ? [] : [extension('2.5.29.29', true, sequence(explicit(4, issuer)))]),
    ...(unknownCritical === true ? [extension(unknownExtension, true, integer(1))] : []),
  ];
  return sequence(
    certificateParts(certificate).serial,
    time('20260415000000Z'),
    ...(extensions.length === 0 ? [] : [sequence(...extensions)]),
  );
}

function issuingDistributionPoint({ name, only, reasons, indirect }: IssuingScope): Buffer {
  return sequence(
    ...(name === undefined ? [] : [distributionPointName(name)]),
    ...(only === 'user' ? [tlv(0x81, yes)] : []),
    ...(only === 'ca' ? [tlv(0x82, yes)] : []),
    ...(reasons === undefined ? [] : [tlv(0x83, reasonBits(reasons))]),
    ...(indirect === true ? [tlv(0x84, yes)] : []),
    ...(only === 'attribute' ? [tlv(0x85, yes)] : []),
  );
}

function distributionPointName({ uri, directory }: DistributionName): Buffer {
  const names = [
    ...(directory === undefined ? [] : [explicit(4, directory)]),
    ...(uri === undefined ? [] : [tlv(0x86, Buffer.from(uri, 'latin1'))]),
  ];
  return explicit(0, explicit(0, ...names));
}

/** A named bit list without trailing zero bits (X.690 §11.2.2). */
function reasonBits(reasons: readonly number[]): Buffer {
  const highest = Math.max(...reasons);
  const bytes = Buffer.alloc(1 + (highest >> 3) + 1);
  for (const bit of reasons) bytes[1 + (bit >> 3)] = (bytes[1 + (bit >> 3)] ?? 0) | (0x80 >> (bit & 7));
  bytes[0] = 7 - (highest & 7);
  return bytes;
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [tlv(0x01, yes)] : []), octetString(value));
}

/** UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 §5.1.2.4). */
function time(text: string): Buffer {
  return text < '2050' ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text));
}
