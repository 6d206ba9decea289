import type { DerLimits } from '../asn1/index.ts';
import {
  contextConstructed,
  type DerNode,
  type DerReader,
  derTag,
  integerValue,
  oids,
  readDer,
  smallIntegerValue,
  timeMilliseconds,
  wholeBitStringValue,
} from '../asn1/index.ts';
import { type AlgorithmIdentifier, parseAlgorithmIdentifier } from '../crypto/index.ts';
import {
  type AuthorityKeyIdentifier,
  type DistributionPoint,
  type Name,
  parseAuthorityKeyIdentifier,
  parseCrlDistributionPoints,
  parseName,
} from '../x509/index.ts';
import { type IndexedEntries, indexEntries, noEntries } from './crl-entries.ts';
import { CrlLookup } from './crl-lookup.ts';
import { type CrlScope, parseCrlScope } from './crl-scope.ts';
import { type EvidenceExtension, parseExtensions, unknownCritical } from './extensions.ts';
import { malformed } from './malformed.ts';

/** A revocation list as it came. All bytes are windows on the input, which must not change while the list is in use. */
export interface CertificateList {
  readonly der: Uint8Array;
  /** TBSCertList exactly as signed. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly tbsSignatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly entryCount: number;
  readonly entries: CrlLookup;
  /** The index behind `entries`, for {@link prepareCertificateList}. */
  readonly indexed: IndexedEntries;
  /** undefined when absent, which RFC 5280 §5.2.3 forbids in new lists. */
  readonly crlNumber: bigint | undefined;
  /** BaseCRLNumber: present exactly in a delta (RFC 5280 §5.2.4). */
  readonly baseCrlNumber: bigint | undefined;
  readonly scope: CrlScope | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  /** Where deltas to this list are to be had. */
  readonly freshestCrl: readonly DistributionPoint[] | undefined;
  readonly extensions: readonly EvidenceExtension[];
  /** A critical extension of the list or of an entry that we do not know: the list decides nothing. */
  readonly unknownCritical: string | undefined;
}

/** A list of a million entries has about 40 MB. `maxNodes` counts everything but entries, which are bounded by the length. */
export const crlLimits: DerLimits = { maxLength: 256 * 1024 * 1024, maxDepth: 32, maxNodes: 10_000 };

const knownExtensions: ReadonlySet<string> = new Set([
  oids.authorityKeyIdentifier,
  oids.issuerAltName,
  oids.crlNumber,
  oids.deltaCrlIndicator,
  oids.issuingDistributionPoint,
  oids.freshestCrl,
  oids.authorityInfoAccess,
]);

/**
 * Parses one DER certificate revocation list that fills the whole input (RFC 5280 §5.1): structure, names, times, every
 * entry, every extension. Nothing is copied but an index of eight bytes an entry. Nothing is judged: not the signature, not
 * the time, not whether the list may be used.
 *
 * @throws {CodedError} ERR_REVOCATION_MALFORMED, ERR_X509_MALFORMED, ERR_X509_EXTENSION_DUPLICATE, ERR_DER_…
 */
export function parseCertificateList(der: Uint8Array, limits: DerLimits = crlLimits): CertificateList {
  return parseListWith(der, limits, indexEntries);
}

/** As {@link parseCertificateList}; how the entries are read is the caller's. */
export function parseListWith(der: Uint8Array, limits: DerLimits, index: typeof indexEntries): CertificateList {
  const list = readDer(der, limits).sequence();
  const tbsNode = list.read(derTag.sequence);
  const signatureAlgorithm = parseAlgorithmIdentifier(list.next());
  const signature = wholeBitStringValue(list.next());
  list.finish();

  const tbs = tbsNode.reader();
  const version = readVersion(tbs);
  const tbsSignatureAlgorithm = parseAlgorithmIdentifier(tbs.next());
  const issuer = parseName(tbs.next());
  const thisUpdate = new Date(timeMilliseconds(tbs.next()));
  const hasNextUpdate = tbs.nextIs(derTag.utcTime) || tbs.nextIs(derTag.generalizedTime);
  const nextUpdate = hasNextUpdate ? new Date(timeMilliseconds(tbs.next())) : undefined;
  const entries = readEntries(der, tbs, version, limits, index);
  const extensions = readListExtensions(tbs, version);
  tbs.finish();
  const value = (oid: string): DerNode | undefined =>
    extensions.find((extension) => extension.oid === oid)?.octets.nested();
  return {
    ...{ der, tbs: tbsNode.der, version, signatureAlgorithm, tbsSignatureAlgorithm, signature },
    ...{ issuer, thisUpdate, nextUpdate, extensions },
    entryCount: entries.index.size,
    indexed: entries,
    entries: new CrlLookup(der, entries, issuer, limits),
    crlNumber: readOptional(value(oids.crlNumber), readCrlNumber),
    baseCrlNumber: readOptional(value(oids.deltaCrlIndicator), readCrlNumber),
    scope: readOptional(value(oids.issuingDistributionPoint), parseCrlScope),
    authorityKeyIdentifier: readOptional(value(oids.authorityKeyIdentifier), parseAuthorityKeyIdentifier),
    freshestCrl: readOptional(value(oids.freshestCrl), parseCrlDistributionPoints),
    unknownCritical: unknownCritical(extensions, knownExtensions) ?? entries.unknownCritical,
  };
}

/** INTEGER OPTIONAL: absent in version 1, else 1 for version 2. */
function readVersion(tbs: DerReader): 1 | 2 {
  const version = tbs.optional(derTag.integer);
  if (version === undefined) return 1;
  if (smallIntegerValue(version) !== 1) throw malformed('CRL', 'version', version.offset);
  return 2;
}

/** NOTE: an empty list of entries ought to be left away (§5.1.2.6); CAs in use write it, and it says the same. */
function readEntries(
  der: Uint8Array,
  tbs: DerReader,
  version: 1 | 2,
  limits: DerLimits,
  index: typeof indexEntries,
): IndexedEntries {
  const node = tbs.optional(derTag.sequence);
  return node === undefined ? noEntries : index(der, node.contentOffset, node.end, version, limits);
}

function readListExtensions(tbs: DerReader, version: 1 | 2): readonly EvidenceExtension[] {
  const explicit = tbs.optional(contextConstructed(0));
  if (explicit === undefined) return [];
  if (version === 1) throw malformed('CRL', 'crlExtensions', explicit.offset);
  return parseExtensions(explicit.nested(), 'CRL');
}

/** RFC 5280 §5.2.3: not negative, at most 20 octets. */
function readCrlNumber(node: DerNode): bigint {
  const value = integerValue(node);
  if (value < 0n || node.contentLength > 20) throw malformed('CRL', 'cRLNumber', node.offset);
  return value;
}

function readOptional<Value>(node: DerNode | undefined, read: (node: DerNode) => Value): Value | undefined {
  return node === undefined ? undefined : read(node);
}
