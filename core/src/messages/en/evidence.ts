import type { evidenceErrors } from '../../errors/rows/evidence.ts';
import type { WordsFor } from '../words.ts';

export const evidenceWords = {
  ERR_EVIDENCE_URL_UNSUPPORTED: 'No evidence can be had from this address ({rule}): {url}',
  ERR_EVIDENCE_ADDRESS_REFUSED: 'Connecting to this address is not allowed ({address}): {url}',
  ERR_EVIDENCE_UNREACHABLE: 'The source of evidence cannot be reached ({cause}): {url}',
  ERR_EVIDENCE_TIMEOUT: 'The source of evidence did not answer within {timeoutMs} ms: {url}',
  ERR_EVIDENCE_STATUS: 'The source of evidence answered HTTP {status}: {url}',
  ERR_EVIDENCE_TOO_LARGE: 'The answer of the source of evidence is longer than {limit} bytes: {url}',
  ERR_EVIDENCE_MALFORMED: 'The answer of the source of evidence cannot be parsed ({cause}): {url}',
  ERR_EVIDENCE_REJECTED: 'The answer of the source of evidence cannot be relied on ({cause}): {url}',
  ERR_EVIDENCE_WENT_BACK:
    'The source of evidence offers an older revocation list than is known (known {known}, offered {offered}): {url}',
  ERR_EVIDENCE_SUSPENDED: 'The source of evidence keeps failing and is not asked before {retryAt} ({cause}): {url}',
} as const satisfies WordsFor<typeof evidenceErrors>;
