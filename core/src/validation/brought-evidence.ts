import { longTermValues, type SignedData, type SignerInfo } from '../cms/index.ts';
import { type Certificate, parseCertificate } from '../x509/index.ts';

/** What a message carries for whoever judges it. Held to the same rules as evidence from elsewhere; never trusted for being here. */
export interface BroughtEvidence {
  readonly certificates: readonly Certificate[];
  /** DER. */
  readonly crls: readonly Uint8Array[];
  /** DER of OCSPResponse. */
  readonly ocspResponses: readonly Uint8Array[];
}

/**
 * Lists and responses beside the message's certificates (RFC 5652 §10.2.1, RFC 5940), and those among a signer's attributes
 * (CAdES certificate-values and revocation-values, RFC 5126 §6.3).
 *
 * @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID, ERR_X509_…, ERR_DER_…
 */
export function broughtEvidence(message: SignedData, signer: SignerInfo): BroughtEvidence {
  const { certificates, crls, ocspResponses } = longTermValues(signer);
  return {
    certificates: certificates.map(parseCertificate),
    crls: [...message.crls, ...crls],
    ocspResponses: [...message.ocspResponses, ...ocspResponses],
  };
}
