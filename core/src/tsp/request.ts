import {
  booleanValue,
  contextConstructed,
  derBoolean,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derTag,
  derUnsignedInteger,
  integerBytes,
  oidValue,
  readDer,
  smallIntegerValue,
} from '../asn1/index.ts';
import { type DigestAlgorithm, digestLengths, digestOids } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import { type MessageImprint, parseImprint } from './imprint.ts';

/** Digests that a stamp is asked over today. SHA-1 is read in old tokens and never asked for. */
export type StampDigest = Exclude<DigestAlgorithm, 'sha1' | 'sha224'>;

export interface TimestampQuestion {
  readonly digestAlgorithm: StampDigest;
  /** Of what is stamped: the document, or of a signature its value. */
  readonly digest: Uint8Array;
  /** Random octets; they come back in the token and tie the answer to this question. Without one an answer may be old. */
  readonly nonce?: Uint8Array | undefined;
  /** Dotted OID. */
  readonly policy?: string | undefined;
  /** Whether the authority's certificate is to be in the token; default true. */
  readonly wantsCertificate?: boolean | undefined;
}

/** TimeStampReq of RFC 3161 §2.4.1, as parsed. */
export interface TimestampRequest {
  readonly imprint: MessageImprint;
  readonly policy: string | null;
  /** Contents of the INTEGER, minimal two's complement; null when there is none. */
  readonly nonce: Uint8Array | null;
  readonly wantsCertificate: boolean;
}

/**
 * DER of TimeStampReq, RFC 3161 §2.4.1, to be sent as `application/timestamp-query`.
 *
 * @throws {CodedError} ERR_TIMESTAMP_MALFORMED when the digest is not as long as its algorithm makes it
 */
export function encodeTimestampRequest(question: TimestampQuestion): Uint8Array {
  const { digestAlgorithm, digest, nonce, policy, wantsCertificate = true } = question;
  if (digest.length !== digestLengths[digestAlgorithm]) throw malformed('messageImprint', 0);
  const imprint = derSequence(derSequence(derOid(digestOids[digestAlgorithm]), derNull()), derOctetString(digest));
  return derSequence(
    derInteger(1),
    imprint,
    ...(policy === undefined ? [] : [derOid(policy)]),
    ...(nonce === undefined ? [] : [derUnsignedInteger(nonce)]),
    ...(wantsCertificate ? [derBoolean(true)] : []),
  );
}

/** @throws {CodedError} ERR_TIMESTAMP_MALFORMED { field, offset }, ERR_DER_… */
export function parseTimestampRequest(der: Uint8Array): TimestampRequest {
  const fields = readDer(der).sequence();
  const versionNode = fields.next();
  if (smallIntegerValue(versionNode) !== 1) throw malformed('version', versionNode.offset);
  const imprint = parseImprint(fields.next());
  const policy = fields.optional(derTag.objectIdentifier);
  const nonce = fields.optional(derTag.integer);
  const wanted = fields.optional(derTag.boolean);
  const extensions = fields.optional(contextConstructed(0));
  fields.finish();
  if (extensions !== undefined) throw malformed('extensions', extensions.offset);
  return {
    imprint,
    policy: policy === undefined ? null : oidValue(policy),
    nonce: nonce === undefined ? null : integerBytes(nonce),
    wantsCertificate: wanted !== undefined && booleanValue(wanted),
  };
}

function malformed(field: string, offset: number): CodedError {
  return new CodedError('ERR_TIMESTAMP_MALFORMED', { field, offset });
}
