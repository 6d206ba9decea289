import { equalBytes, toBase64 } from '@onelock/core/bytes';
import { parseSignedData } from '@onelock/core/cms';
import { isCodedError } from '@onelock/core/errors';
import type { ServiceClient } from '../../service-client.ts';
import type { LoginFacts, MessageFacts, SignatureFacts } from '../site-api.ts';
import { SiteFailure } from './site-failure.ts';

export interface SignatureToJudge {
  /** SignedData, DER. */
  readonly message: Uint8Array;
  /** The document that was to be signed. */
  readonly content: Uint8Array;
  readonly login: LoginFacts;
}

/**
 * The service judges the message; the site asks the two questions that are its own: is it about our document, and did
 * the person sign who is logged in?
 *
 * @throws {SiteFailure} for a message that cannot be read, or that carries another document
 */
export async function judgeSignature(
  { message, content, login }: SignatureToJudge,
  service: ServiceClient,
): Promise<Pick<SignatureFacts, 'report' | 'signedBy'>> {
  const carried = contentInside(message);
  if (carried !== null && !equalBytes(carried, content)) throw new SiteFailure(422, 'ERR_CMS_CONTENT_MISMATCH');
  const report = await service.post<MessageFacts>('/v1/signatures/verify', {
    kind: 'message',
    message: toBase64(message),
    ...(carried === null ? { content: toBase64(content) } : {}),
  });
  return { report, signedBy: whoSigned(report, login) };
}

function contentInside(message: Uint8Array): Uint8Array | null {
  try {
    return parseSignedData(message).content;
  } catch (error) {
    if (isCodedError(error)) throw new SiteFailure(400, error.code, error.params);
    throw error;
  }
}

function whoSigned(report: MessageFacts, login: LoginFacts): SignatureFacts['signedBy'] {
  if (report.indication !== 'passed') return 'nobody-proven';
  const own = login.certificate?.certificate;
  const isOwn = report.signers.every(({ certificate }) => {
    const signer = certificate?.certificate;
    return signer !== undefined && signer.issuer === own?.issuer && signer.serialNumber === own.serialNumber;
  });
  return isOwn ? 'who-is-logged-in' : 'somebody-else';
}
