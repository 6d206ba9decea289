import { decodePem, utf8Decode } from '@onelock/core/bytes';
import { embeddedCertificates, parseSignedData } from '@onelock/core/cms';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import type { UrlOrigin } from './address-rules.ts';
import { joinAnswer, type Outbound } from './outbound.ts';
import { shownUrl } from './url-rules.ts';

const issuersLimitBytes = 256 * 1024;

/**
 * Downloads issuers' certificates (RFC 5280 §4.2.2.1): one in DER, or several in a PKCS#7 message; PEM, which some CAs serve, is read
 * too. Nothing is believed of them: they are candidates for a path.
 *
 * @throws {CodedError} as {@link Outbound.ask}; ERR_EVIDENCE_MALFORMED { url, cause }
 */
export async function fetchIssuers(
  outbound: Outbound,
  question: { readonly url: string; readonly origin: UrlOrigin; readonly timeoutMs: number },
): Promise<readonly Certificate[]> {
  const answer = await outbound.ask({
    ...question,
    limitBytes: issuersLimitBytes,
    headers: { accept: 'application/pkix-cert, application/pkcs7-mime;q=0.9, */*;q=0.1' },
  });
  const bytes = joinAnswer(answer, 'own');
  try {
    return readIssuers(bytes).slice(0, 16);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new CodedError(
      'ERR_EVIDENCE_MALFORMED',
      { url: shownUrl(question.url), cause: error.code },
      { cause: error },
    );
  }
}

function readIssuers(bytes: Uint8Array): readonly Certificate[] {
  if (bytes[0] === 0x2d) return decodePem(utf8Decode(bytes)).map((block) => parseCertificate(block.bytes));
  try {
    return [parseCertificate(bytes)];
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return embeddedCertificates(parseSignedData(bytes));
  }
}
