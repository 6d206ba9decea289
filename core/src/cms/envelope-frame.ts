import { derExplicit, derSequence, derTag, oids, oidValue, readDer } from '../asn1/index.ts';
import { concatBytes } from '../bytes/index.ts';
import { CodedError } from '../errors/index.ts';

/** Where the ciphertext stands in a large envelope, and what is around it. */
export interface EnvelopeFrame {
  /** Octets before the ciphertext. */
  readonly ciphertextAt: number;
  readonly ciphertextLength: number;
  /** Octets of the whole envelope. */
  readonly length: number;
  /**
   * The same envelope without its ciphertext, for parseEnvelope.
   * @param tail  the octets after the ciphertext
   */
  withoutCiphertext(tail: Uint8Array): Uint8Array;
}

interface Header {
  readonly tag: number;
  /** Of its contents. */
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads the beginning of an EnvelopedData or AuthEnvelopedData whose content is too large to hold: DER, the ciphertext in one
 * piece.
 *
 * @returns undefined when more of the beginning is needed
 * @throws {CodedError} ERR_ENVELOPE_MALFORMED { field, offset }, ERR_CMS_CONTENT_TYPE_UNSUPPORTED { oid }
 */
export function readEnvelopeFrame(head: Uint8Array): EnvelopeFrame | undefined {
  const outer = headerAt(head, 0, 'ContentInfo', derTag.sequence);
  if (outer === undefined) return undefined;
  const type = headerAt(head, outer.begin, 'contentType', derTag.objectIdentifier);
  const explicit = type && headerAt(head, type.end, 'content', 0xa0);
  const inner = explicit && headerAt(head, explicit.begin, 'EnvelopedData', derTag.sequence);
  if (type === undefined || inner === undefined) return undefined;
  demandEnveloped(oidValue(readDer(head.subarray(outer.begin, type.end))));
  const version = headerAt(head, inner.begin, 'version', derTag.integer);
  const second = version && headerAt(head, version.end, 'recipientInfos');
  const recipients = second?.tag === 0xa0 ? headerAt(head, second.end, 'recipientInfos') : second;
  if (recipients === undefined) return undefined;
  if (recipients.tag !== derTag.set) throw malformed('recipientInfos', recipients.begin);
  const info = headerAt(head, recipients.end, 'encryptedContentInfo', derTag.sequence);
  if (info === undefined) return undefined;
  const contentType = headerAt(head, info.begin, 'contentType', derTag.objectIdentifier);
  const algorithm = contentType && headerAt(head, contentType.end, 'contentEncryptionAlgorithm', derTag.sequence);
  const content = algorithm && headerAt(head, algorithm.end, 'encryptedContent', 0x80);
  if (algorithm === undefined || content === undefined || head.length < content.begin) return undefined;
  if (content.end !== info.end || info.end > inner.end || inner.end !== outer.end)
    throw malformed('encryptedContent', content.begin);
  return {
    ciphertextAt: content.begin,
    ciphertextLength: content.end - content.begin,
    length: outer.end,
    withoutCiphertext: (tail) =>
      derSequence(
        head.subarray(outer.begin, type.end),
        derExplicit(
          0,
          derSequence(
            concatBytes(
              head.subarray(inner.begin, recipients.end),
              derSequence(head.subarray(info.begin, algorithm.end)),
              tail,
            ),
          ),
        ),
      ),
  };
}

function demandEnveloped(oid: string): void {
  const known: readonly string[] = [oids.envelopedData, oids.gmEnvelopedData, oids.authEnvelopedData];
  if (!known.includes(oid)) throw new CodedError('ERR_CMS_CONTENT_TYPE_UNSUPPORTED', { oid });
}

/** undefined when its octets have not come yet. Lengths of their own kind (indefinite) are not DER. */
function headerAt(bytes: Uint8Array, at: number, field: string, tag?: number): Header | undefined {
  const found = bytes[at];
  const first = bytes[at + 1];
  if (found === undefined || first === undefined) return undefined;
  if (tag !== undefined && found !== tag) throw malformed(field, at);
  if (first < 0x80) return { tag: found, begin: at + 2, end: at + 2 + first };
  const count = first - 0x80;
  if (count === 0 || count > 6) throw malformed(field, at);
  const begin = at + 2 + count;
  if (bytes.length < begin) return undefined;
  const length = bytes.subarray(at + 2, begin).reduce((value, octet) => value * 256 + octet, 0);
  return { tag: found, begin, end: begin + length };
}

function malformed(field: string, offset: number): CodedError {
  return new CodedError('ERR_ENVELOPE_MALFORMED', { field, offset });
}
