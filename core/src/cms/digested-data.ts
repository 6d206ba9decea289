import { contextConstructed, derTag, octetStringValue, oidName, oidValue, smallIntegerValue } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import { type CryptoOps, digestOfOid, parseAlgorithmIdentifier } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import { type ContentInfo, fieldsOf, readContentInfo } from './content-info.ts';

/** DigestedData of RFC 5652 §7: integrity against accident only. */
export interface DigestedData {
  readonly version: number;
  /** OID in dotted form. */
  readonly digestAlgorithm: string;
  readonly contentType: string;
  /** null where the content is kept elsewhere. */
  readonly content: Uint8Array | null;
  readonly digest: Uint8Array;
}

/** @throws {CodedError} ERR_CMS_CONTENT_TYPE_UNSUPPORTED { oid }, ERR_DER_… */
export function parseDigestedData(message: Uint8Array): DigestedData {
  return digestedDataOf(readContentInfo(message));
}

/** {@link parseDigestedData} of a ContentInfo that is open already. */
export function digestedDataOf(info: ContentInfo): DigestedData {
  const fields = fieldsOf(info, 'digested');
  const version = smallIntegerValue(fields.next(), 5);
  const digestAlgorithm = parseAlgorithmIdentifier(fields.next()).oid;
  const encapsulated = fields.sequence();
  const contentType = oidValue(encapsulated.next());
  const explicit = encapsulated.optional(contextConstructed(0))?.reader();
  encapsulated.finish();
  const content = explicit === undefined ? null : octetStringValue(explicit.read(derTag.octetString));
  explicit?.finish();
  const digest = octetStringValue(fields.next());
  fields.finish();
  return { version, digestAlgorithm, contentType, content, digest };
}

/**
 * @param content  where it is kept elsewhere
 * @throws {CodedError} ERR_CMS_CONTENT_ABSENT, ERR_CMS_DIGEST_MISMATCH, ERR_CRYPTO_ALGORITHM_UNSUPPORTED
 */
export function checkDigestedData(message: DigestedData, ops: Pick<CryptoOps, 'digest'>, content?: Uint8Array): void {
  const octets = message.content ?? content;
  if (octets === undefined) throw new CodedError('ERR_CMS_CONTENT_ABSENT');
  const { digestAlgorithm } = message;
  const digest = digestOfOid(digestAlgorithm);
  if (digest === undefined)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', {
      algorithm: oidName(digestAlgorithm) ?? digestAlgorithm,
    });
  if (!equalBytes(ops.digest(digest, octets), message.digest)) throw new CodedError('ERR_CMS_DIGEST_MISMATCH');
}
