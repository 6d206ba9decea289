import { toHex } from '../bytes/index.ts';
import {
  type Certificate,
  type DistributionPoint,
  type DistributionPointName,
  type GeneralName,
  type Name,
  nameKey,
  type RevocationReasonFlag,
  sameName,
} from '../x509/index.ts';
import type { CertificateList } from './crl.ts';
import type { CrlScope } from './crl-scope.ts';
import { allReasons } from './reasons.ts';

/**
 * RFC 5280 §6.3.3 (b) and (d): the reasons for which a list speaks of a certificate, by any of its distribution points and
 * by the one every certificate has without saying so (the issuer's name). Empty: the certificate is not in its scope.
 *
 * @throws {CodedError} when the certificate's distribution points do not decode
 */
export function coveredReasons(certificate: Certificate, list: CertificateList): ReadonlySet<RevocationReasonFlag> {
  const covered = new Set<RevocationReasonFlag>();
  if (!speaksOfKind(certificate, list.scope)) return covered;
  const implicit: DistributionPoint = {
    name: { kind: 'full', names: [{ kind: 'directory', name: certificate.issuer }] },
    reasons: undefined,
    crlIssuer: undefined,
  };
  for (const point of [...(certificate.crlDistributionPoints ?? []), implicit]) {
    if (!isIssuerOf(list, point, certificate) || !namesMeet(list, point, certificate)) continue;
    for (const reason of point.reasons ?? allReasons) {
      if (list.scope?.reasons?.has(reason) !== false) covered.add(reason);
    }
  }
  return covered;
}

/** Whether a list has to do with a certificate at all: made by its issuer, or by one its distribution points name. */
export function concerns(list: CertificateList, certificate: Certificate): boolean {
  if (sameName(list.issuer, certificate.issuer)) return true;
  return (certificate.crlDistributionPoints ?? []).some(({ crlIssuer }) => includesName(crlIssuer, list.issuer));
}

/** (b) (2) (ii)–(iv). */
function speaksOfKind(certificate: Certificate, scope: CrlScope | undefined): boolean {
  const isCa = certificate.basicConstraints?.ca === true;
  switch (scope?.only) {
    case 'user-certificates':
      return !isCa;
    case 'ca-certificates':
      return isCa;
    case 'attribute-certificates':
      return false;
    default:
      return true;
  }
}

/** (b) (1): the issuer of the certificate, or the one that the point names, and then the list says it is indirect. */
function isIssuerOf(list: CertificateList, point: DistributionPoint, certificate: Certificate): boolean {
  if (point.crlIssuer === undefined) return sameName(list.issuer, certificate.issuer);
  return list.scope?.indirect === true && includesName(point.crlIssuer, list.issuer);
}

/** (b) (2) (i). */
function namesMeet(list: CertificateList, point: DistributionPoint, certificate: Certificate): boolean {
  const wanted = list.scope?.name;
  if (wanted === undefined) return true;
  const listed = new Set(keysOf(wanted, list.issuer));
  const offered =
    point.name === undefined
      ? (point.crlIssuer ?? []).map(keyOf)
      : keysOf(point.name, directoryOf(point.crlIssuer) ?? certificate.issuer);
  return offered.some((key) => listed.has(key));
}

/** Names as texts that are equal exactly when the names are. @param base  what a relative name is appended to */
function keysOf(name: DistributionPointName, base: Name): readonly string[] {
  if (name.kind === 'full') return name.names.map(keyOf);
  return [`directory ${nameKey({ der: base.der, rdns: [...base.rdns, name.rdn] })}`];
}

function keyOf(name: GeneralName): string {
  switch (name.kind) {
    case 'directory':
      return `directory ${nameKey(name.name)}`;
    case 'ip':
      return `ip ${toHex(name.bytes)}`;
    case 'registered-id':
      return `oid ${name.oid}`;
    case 'other':
      return `other ${name.oid} ${toHex(name.value.der)}`;
    case 'x400':
    case 'edi-party':
      return `${name.kind} ${toHex(name.der)}`;
    default:
      return `${name.kind} ${name.value}`;
  }
}

function includesName(names: readonly GeneralName[] | undefined, wanted: Name): boolean {
  return (names ?? []).some((name) => name.kind === 'directory' && sameName(name.name, wanted));
}

function directoryOf(names: readonly GeneralName[] | undefined): Name | undefined {
  for (const name of names ?? []) if (name.kind === 'directory') return name.name;
  return undefined;
}
