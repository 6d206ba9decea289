import { derTag, octetStringValue, oids, oidValue, readDer, timeValue } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import { type CryptoOps, type DigestAlgorithm, digestOfOid } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { Attribute } from './signed-data.ts';

/** Names of the attributes we judge, as a reason shows them. */
type AttributeName =
  | 'contentType'
  | 'messageDigest'
  | 'signingTime'
  | 'signingCertificate'
  | 'signingCertificateV2'
  | 'countersignature'
  | 'cmsAlgorithmProtection';

/**
 * The one value of an attribute that must not stand twice (RFC 5652 §11.1–11.3): undefined when the attribute is absent.
 *
 * @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID { attribute } when it occurs twice or has no or several values
 */
export function singleValue(attributes: readonly Attribute[], name: AttributeName): Uint8Array | undefined {
  const [found, second] = attributes.filter(({ oid }) => oid === oids[name]);
  if (found === undefined) return undefined;
  const [value, more] = found.values;
  if (second !== undefined || value === undefined || more !== undefined) throw invalid(name);
  return value;
}

/**
 * Attributes that mean something only when signed must not stand among the unsigned ones, where anybody may add them, and a
 * countersignature not among the signed (RFC 5652 §11).
 *
 * @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID
 */
export function checkAttributePlaces(signed: readonly Attribute[], unsigned: readonly Attribute[]): void {
  const onlySigned = ['contentType', 'messageDigest', 'signingTime'] as const;
  const misplaced = onlySigned.find((name) => unsigned.some(({ oid }) => oid === oids[name]));
  if (misplaced !== undefined) throw invalid(misplaced);
  if (signed.some(({ oid }) => oid === oids.countersignature)) throw invalid('countersignature');
}

/**
 * @param contentType  null for a countersignature, which has none (RFC 5652 §11.4)
 * @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID unless contentType is there once and says this
 */
export function checkContentType(attributes: readonly Attribute[], contentType: string | null): void {
  const value = singleValue(attributes, 'contentType');
  const stated = value === undefined ? null : decoded('contentType', () => oidValue(readDer(value)));
  if (stated !== contentType) throw invalid('contentType');
}

/**
 * @param digest  of the content octets, never with ZA (GM/T 0010)
 * @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID when messageDigest is not there exactly once, ERR_CMS_DIGEST_MISMATCH
 */
export function checkMessageDigest(attributes: readonly Attribute[], digest: Uint8Array): void {
  const value = singleValue(attributes, 'messageDigest');
  if (value === undefined) throw invalid('messageDigest');
  const stated = decoded('messageDigest', () => octetStringValue(readDer(value)));
  if (!equalBytes(stated, digest)) throw new CodedError('ERR_CMS_DIGEST_MISMATCH');
}

/** The signer's claim of when, or null. @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID */
export function readSigningTime(attributes: readonly Attribute[]): Date | null {
  const value = singleValue(attributes, 'signingTime');
  return value === undefined ? null : decoded('signingTime', () => timeValue(readDer(value)));
}

/**
 * ESS signing certificate, both versions (RFC 5035 §3, RFC 2634 §5.4): when a signer names the certificate, it is this one.
 *
 * @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID
 */
export function checkSigningCertificate(
  attributes: readonly Attribute[],
  certificate: Certificate,
  ops: CryptoOps,
): void {
  const second = singleValue(attributes, 'signingCertificateV2');
  if (second !== undefined) checkCertificateHash('signingCertificateV2', second, certificate, ops);
  const first = singleValue(attributes, 'signingCertificate');
  if (first !== undefined) checkCertificateHash('signingCertificate', first, certificate, ops);
}

/** Whether the signer names its certificate at all, in either version. */
export function namesItsCertificate(attributes: readonly Attribute[]): boolean {
  return attributes.some(({ oid }) => oid === oids.signingCertificate || oid === oids.signingCertificateV2);
}

function checkCertificateHash(
  name: 'signingCertificate' | 'signingCertificateV2',
  value: Uint8Array,
  certificate: Certificate,
  ops: CryptoOps,
): void {
  const { digest, hash } = decoded(name, () => firstCertificateId(value, name));
  if (digest === undefined || !equalBytes(hash, ops.digest(digest, certificate.der))) throw invalid(name);
}

/** `SEQUENCE { certs SEQUENCE OF ESSCertID … }`; the first names the signer's certificate. */
function firstCertificateId(
  value: Uint8Array,
  name: 'signingCertificate' | 'signingCertificateV2',
): { readonly digest: DigestAlgorithm | undefined; readonly hash: Uint8Array } {
  const id = readDer(value).sequence().sequence().sequence();
  const algorithm = id.optional(derTag.sequence);
  const hash = octetStringValue(id.next());
  if (name === 'signingCertificate') return { digest: algorithm === undefined ? 'sha1' : undefined, hash };
  return { digest: algorithm === undefined ? 'sha256' : digestOfOid(oidValue(algorithm.sequence().next())), hash };
}

/**
 * Whether bytes are the DER of signed attributes. A signature made over a message's attributes is at the same time a
 * signature over these very bytes as content without attributes, and the other way round: whoever verifies a message
 * without attributes refuses such content, and whoever signs raw bytes should refuse it as input.
 */
export function looksLikeSignedAttributes(bytes: Uint8Array): boolean {
  if (bytes[0] !== derTag.set) return false;
  try {
    const types = readDer(bytes)
      .reader()
      .rest()
      .map((attribute) => oidValue(attribute.sequence().next()));
    return types.includes(oids.messageDigest) || types.includes(oids.contentType);
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}

/** Runs a reader of one attribute; whatever is malformed in it is told by the attribute's name. */
export function decoded<T>(attribute: AttributeName, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new CodedError('ERR_CMS_ATTRIBUTE_INVALID', { attribute }, { cause });
  }
}

export function invalid(attribute: AttributeName): CodedError {
  return new CodedError('ERR_CMS_ATTRIBUTE_INVALID', { attribute });
}
