import type { sealErrors } from '../../errors/rows/seal.ts';
import type { WordsFor } from '../words.ts';

export const sealWords = {
  ERR_SEAL_NOT_FOUND: 'The seal was not found',
  ERR_SEAL_MALFORMED: 'The seal is malformed: {field} at offset {offset}',
  ERR_SEAL_EXPIRED: 'The seal "{name}" ended on {notAfter}',
  ERR_SEAL_CERTIFICATE_NOT_PERMITTED: 'The certificate {subject} is not on the list of those permitted to use the seal',
  ERR_SEAL_NOT_LAST: 'Only the last seal of a document can be removed',
  ERR_SEAL_NOT_OWN: "Only one's own seal can be removed",
} as const satisfies WordsFor<typeof sealErrors>;
