import { fromBase64, utf8Decode } from '@onelock/core/bytes';
import { parseSignedData } from '@onelock/core/cms';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseEnvelopedKey } from '@onelock/core/pkcs12';
import type { EnvelopeKind } from '../../services/ports/application-records.ts';
import type { EnrolmentAnswer } from '../../services/ports/enrolment.ts';
import { mediaType, readMultipart } from './multipart.ts';

const mostCertificates = 16;
/** ENVELOPEDKEYBLOB of GM/T 0016 with a key of one block is 388 bytes. */
const longestEnvelope = 8_192;

/** How CAs of the convention name the form of an enveloped key (docs/adr/0027-dual-certificates-over-est.md). */
const envelopeTypes: ReadonlyMap<string, EnvelopeKind> = new Map([
  ['application/vnd.onelock.sm2-enveloped-key', 'sm2-enveloped-key'],
  ['application/vnd.onelock.skf-enveloped-key-blob', 'skf-enveloped-key-blob'],
]);

/**
 * Certificates of a certs-only message (RFC 7030 §4.1.3): SignedData of PKCS#7 or GM/T 0010 without content and without signers.
 *
 * @throws {CodedError} ERR_ENROLMENT_ANSWER_MALFORMED { cause }
 */
export function readCertsOnly(base64: string): readonly Uint8Array[] {
  return reading(() => {
    const message = parseSignedData(decoded(base64));
    if (message.signers.length > 0 || message.content !== null) throw malformed('not certs-only');
    if (message.certificates.length === 0 || message.certificates.length > mostCertificates)
      throw malformed('number of certificates');
    return message.certificates;
  });
}

/** The body of a 200 by its media type. @throws {CodedError} ERR_ENROLMENT_ANSWER_MALFORMED { cause } */
export function readIssued(contentType: string, body: Uint8Array): Extract<EnrolmentAnswer, { kind: 'issued' }> {
  const type = mediaType(contentType);
  if (type === 'application/pkcs7-mime')
    return { kind: 'issued', certificates: readCertsOnly(reading(() => utf8Decode(body))), envelope: null };
  if (type !== 'multipart/mixed') throw malformed('content-type');
  const parts = readMultipart(contentType, body);
  const certificates = parts.filter((part) => mediaType(part.contentType) === 'application/pkcs7-mime');
  const keys = parts.filter((part) => envelopeTypes.has(mediaType(part.contentType)));
  const [certificate, key] = [certificates[0], keys[0]];
  if (certificate === undefined || key === undefined || parts.length !== 2) throw malformed('parts');
  const kind = envelopeTypes.get(mediaType(key.contentType)) ?? 'sm2-enveloped-key';
  const bytes = reading(() => decoded(key.body));
  if (bytes.length > longestEnvelope) throw malformed('enveloped key');
  if (kind === 'sm2-enveloped-key') reading(() => parseEnvelopedKey(bytes));
  return { kind: 'issued', certificates: readCertsOnly(certificate.body), envelope: { kind, bytes } };
}

/** RFC 8951 §3.1: always base64, whatever the headers say, with line breaks anywhere. */
const decoded = (text: string): Uint8Array => fromBase64(text.replaceAll(/[\r\n\t ]/g, ''));

/** Seconds of Retry-After (RFC 9110 §10.2.3), a number or a date; null for neither. */
export function readRetryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const date = header.endsWith(' GMT') ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now.getTime()) / 1_000));
}

function reading<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!isCodedError(error) || error.code === 'ERR_ENROLMENT_ANSWER_MALFORMED') throw error;
    throw new CodedError('ERR_ENROLMENT_ANSWER_MALFORMED', { cause: error.code }, { cause: error });
  }
}

const malformed = (cause: string): CodedError => new CodedError('ERR_ENROLMENT_ANSWER_MALFORMED', { cause });
