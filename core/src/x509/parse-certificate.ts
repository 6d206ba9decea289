import { oidValue } from '../asn1/object-identifier.ts';
import { type DerNode, type DerReader, readDer } from '../asn1/reader.ts';
import { contextConstructed, contextPrimitive, derTag } from '../asn1/tags.ts';
import { timeMilliseconds } from '../asn1/time.ts';
import { bitStringValue, booleanValue, integerBytes, smallIntegerValue, wholeBitStringValue } from '../asn1/values.ts';
import { parseAlgorithmIdentifier } from '../crypto/algorithm-identifier.ts';
import { CodedError } from '../errors/coded-error.ts';
import type { Certificate } from './certificate.ts';
import { LazyCertificate, type ParsedExtension } from './lazy-certificate.ts';
import { LazyExtension } from './lazy-extension.ts';
import { parseName } from './name.ts';

/** A certificate that needs more than this is an attack or a mistake. */
const certificateLimits = { maxLength: 1024 * 1024, maxDepth: 32, maxNodes: 50_000 };

/**
 * Parses one DER certificate that fills the whole input (RFC 5280 §4.1). Structure, version rules, names, times and the
 * list of extensions are checked here; the key and the contents of extensions are decoded when asked for.
 * Nothing is copied: the caller must not change `der` while the certificate is in use.
 *
 * Not judged here, because it is a question of profile and trust: the signature, the length or sign of the serial number,
 * whether outer and inner algorithm agree ({@link Certificate.signatureAlgorithmsMatch}), validity.
 *
 * @throws {CodedError} ERR_X509_MALFORMED, ERR_X509_EXTENSION_DUPLICATE, ERR_DER_…
 */
export function parseCertificate(der: Uint8Array): Certificate {
  const certificate = readDer(der, certificateLimits).sequence();
  const tbsNode = certificate.read(derTag.sequence);
  const signatureAlgorithm = parseAlgorithmIdentifier(certificate.next());
  const signature = wholeBitStringValue(certificate.next());
  certificate.finish();

  const tbs = tbsNode.reader();
  const version = readVersion(tbs);
  const serialNumberBytes = integerBytes(tbs.next());
  const tbsSignatureAlgorithm = parseAlgorithmIdentifier(tbs.next());
  const issuer = parseName(tbs.next());
  const validity = tbs.sequence();
  const notBefore = timeMilliseconds(validity.next());
  const notAfter = timeMilliseconds(validity.next());
  validity.finish();
  const subject = parseName(tbs.next());
  const spki = tbs.read(derTag.sequence);
  skipUniqueIdentifiers(tbs, version);
  const extensions = readExtensions(tbs, version);
  if (!tbs.atEnd) throw malformed('tbsCertificate', tbs.offset);

  return new LazyCertificate({
    der,
    tbs: tbsNode.der,
    version,
    serialNumberBytes,
    signatureAlgorithm,
    tbsSignatureAlgorithm,
    signature,
    issuer,
    subject,
    notBefore,
    notAfter,
    spki,
    extensions,
  });
}

/** `[0] EXPLICIT INTEGER`, v1 being the DEFAULT that is never written (X.690 §11.5). */
function readVersion(tbs: DerReader): 1 | 2 | 3 {
  const explicit = tbs.optional(contextConstructed(0));
  if (explicit === undefined) return 1;
  const number = smallIntegerValue(explicit.nested());
  if (number === 1) return 2;
  if (number === 2) return 3;
  throw malformed('version', explicit.offset);
}

/** issuerUniqueID and subjectUniqueID: only in v2 and v3, checked and otherwise of no use. */
function skipUniqueIdentifiers(tbs: DerReader, version: 1 | 2 | 3): void {
  for (const number of [1, 2]) {
    const node = tbs.optional(contextPrimitive(number));
    if (node === undefined) continue;
    if (version === 1) throw malformed(number === 1 ? 'issuerUniqueID' : 'subjectUniqueID', node.offset);
    bitStringValue(node, contextPrimitive(number));
  }
}

function readExtensions(tbs: DerReader, version: 1 | 2 | 3): readonly ParsedExtension[] {
  const explicit = tbs.optional(contextConstructed(3));
  if (explicit === undefined) return [];
  if (version !== 3) throw malformed('extensions', explicit.offset);
  const extensions: ParsedExtension[] = [];
  for (const reader = explicit.nested().sequence(); !reader.atEnd; ) {
    const extension = readExtension(reader.next());
    extensions.push(extension);
  }
  refuseDuplicates(extensions);
  if (extensions.length === 0) throw malformed('extensions', explicit.offset);
  return extensions;
}

function refuseDuplicates(extensions: readonly ParsedExtension[]): void {
  const seen = new Set<string>();
  for (const { oid } of extensions) {
    if (seen.has(oid)) throw new CodedError('ERR_X509_EXTENSION_DUPLICATE', { oid });
    seen.add(oid);
  }
}

/** NOTE: `critical FALSE` written out is a DEFAULT that DER leaves away; CAs in use write it, and it says the same. */
function readExtension(node: DerNode): ParsedExtension {
  const fields = node.sequence();
  const oid = oidValue(fields.next());
  const critical = fields.optional(derTag.boolean);
  const octets = fields.read(derTag.octetString);
  fields.finish();
  return new LazyExtension(oid, critical !== undefined && booleanValue(critical), octets);
}

function malformed(field: string, offset: number): CodedError {
  return new CodedError('ERR_X509_MALFORMED', { field, offset });
}
