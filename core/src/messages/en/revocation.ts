import type { revocationErrors } from '../../errors/rows/revocation.ts';
import type { WordsFor } from '../words.ts';

export const revocationWords = {
  ERR_REVOCATION_REVOKED: 'The certificate was revoked: {subject} ({revokedAt})',
  ERR_REVOCATION_UNKNOWN: 'It could not be established whether the certificate is revoked: {subject}',
} as const satisfies WordsFor<typeof revocationErrors>;
