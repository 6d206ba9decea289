import { decodePem, fromBase64 } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';

/**
 * Runs a parser on the value of one request field. Its coded error keeps its code and offset and gains `field`, the JSON
 * pointer, so that the caller knows which of twenty certificates is the broken one.
 */
export function readingField<T>(field: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new CodedError(error.code, { ...error.params, field }, { cause: error });
  }
}

export const readBytes = (text: string, field: string): Uint8Array => readingField(field, () => fromBase64(text));

const pemStart = /^\s*-----BEGIN /;

/**
 * The door for certificates: PEM (one or several CERTIFICATE blocks) or the base64 of one DER. Anything else, a private key
 * above all, is refused.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID, ERR_BYTES_*, ERR_DER_*, ERR_X509_*; each with `field`
 */
export function readCertificates(text: string, field: string): readonly Certificate[] {
  return readingField(field, () => {
    if (!pemStart.test(text)) return [parseCertificate(fromBase64(text))];
    const blocks = decodePem(text);
    const foreign = blocks.find((block) => block.label !== 'CERTIFICATE');
    if (foreign !== undefined || blocks.length === 0)
      throw new CodedError('ERR_REQUEST_INVALID', { field, rule: 'only CERTIFICATE blocks' });
    return blocks.map((block) => parseCertificate(block.bytes));
  });
}

/** The same for a field that means exactly one certificate. */
export function readCertificate(text: string, field: string): Certificate {
  const [certificate, ...more] = readCertificates(text, field);
  if (certificate === undefined || more.length > 0)
    throw new CodedError('ERR_REQUEST_INVALID', { field, rule: 'exactly one certificate' });
  return certificate;
}

/** Each text may hold several certificates. */
export function readCertificateList(texts: readonly string[], field: string): readonly Certificate[] {
  return texts.flatMap((text, index) => readCertificates(text, `${field}/${index}`));
}
