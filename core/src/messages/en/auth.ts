import type { authErrors } from '../../errors/rows/auth.ts';
import type { WordsFor } from '../words.ts';

export const authWords = {
  ERR_AUTH_REQUIRED: 'A caller credential is required',
  ERR_AUTH_INVALID: 'The caller credential is not valid',
  ERR_AUTH_SIGNATURE_REQUIRED: 'Requests of this platform have to be signed (RFC 9421); its token is not enough',
  ERR_AUTH_SIGNATURE_INVALID: 'The signature of the request does not hold: {rule}',
  ERR_AUTH_SIGNATURE_REPLAYED: 'The nonce of this signature was used before; sign each request anew',
  ERR_AUTH_CERTIFICATE_REQUIRED:
    'This platform has to connect with a TLS client certificate that is registered and not expired; its token is not enough',
  ERR_AUTH_ROLE_REQUIRED: 'The role {role} is required',
  ERR_AUTH_PERMISSION_REQUIRED: 'The field {field} needs the caller permission {permission}: ask the operator for it',
  ERR_AUTH_CODE_INVALID: 'The one-time code is not valid or was used',
  ERR_CONSOLE_SESSION_ENDED: 'You are no longer logged in; log in again',
  ERR_CONSOLE_SESSION_UNCONFIRMED:
    'Nobody can say now whether your certificate was revoked ({reason}): you can look but not change anything until its source answers again',
  ERR_CONSOLE_USER_UNKNOWN:
    'The certificate is good, but bound to no user of this console; ask an administrator to bind it. SM3 of the certificate: {certificate}',
  ERR_CONSOLE_PROOF_FAILED: 'You did not show that you hold the key of this certificate: {reason}',
  ERR_CONSOLE_ORIGIN: 'The request does not come from the console of this service (expected {expected}, got {actual})',
  ERR_CONSOLE_PAGES_MISSING: 'The pages of the console are not built; run npm run build on the server',
} as const satisfies WordsFor<typeof authErrors>;
