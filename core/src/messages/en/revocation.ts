import type { revocationErrors } from '../../errors/rows/revocation.ts';
import type { WordsFor } from '../words.ts';

export const revocationWords = {
  ERR_REVOCATION_REVOKED: 'The certificate was revoked: {subject} ({revokedAt}, reason: {reason})',
  ERR_REVOCATION_UNKNOWN: 'It could not be established whether the certificate is revoked: {subject}',
  ERR_REVOCATION_MALFORMED: 'The {source} is malformed: {field} (offset {offset})',
  ERR_REVOCATION_NOT_AVAILABLE: 'No revocation evidence of {issuer} was supplied',
  ERR_REVOCATION_EXTENSION_UNKNOWN:
    'The {source} has a critical extension {oid} that cannot be processed and is not used: {issuer}',
  ERR_REVOCATION_SIGNATURE_INVALID: 'The signature on the {source} is invalid: {issuer}',
  ERR_REVOCATION_SIGNER_UNKNOWN: 'The certificate that signed the {source} was not found: {issuer}',
  ERR_REVOCATION_SIGNER_NOT_AUTHORIZED:
    'The signer of the {source} is not authorised or not trusted ({cause}): {issuer}',
  ERR_REVOCATION_STALE:
    'The {source} is out of date (made {producedAt}, valid until {validUntil}, judged for {at}): {issuer}',
  ERR_REVOCATION_NOT_YET_VALID:
    'The {source} was made after the moment judged for (made {producedAt}, judged for {at}): {issuer}',
  ERR_REVOCATION_OUT_OF_SCOPE: 'The scope of the {source} does not include the certificate: {issuer}',
  ERR_REVOCATION_REASONS_INCOMPLETE: 'The lists do not cover all reasons for revocation (missing: {missing}): {issuer}',
  ERR_REVOCATION_RULE_BROKEN: 'The {source} breaks the rule {rule}: {issuer}',
  ERR_REVOCATION_NONCE_MISMATCH: 'The nonce of the OCSP response is not that of the request: {issuer}',
  ERR_REVOCATION_RESPONDER_REFUSED: 'The OCSP responder refused to answer ({status})',
  ERR_REVOCATION_CERTIFICATE_UNKNOWN: 'The OCSP responder does not know the certificate: {issuer}',
} as const satisfies WordsFor<typeof revocationErrors>;
