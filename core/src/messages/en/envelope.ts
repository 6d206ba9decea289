import type { envelopeErrors } from '../../errors/rows/envelope.ts';
import type { WordsFor } from '../words.ts';

export const envelopeWords = {
  ERR_ENVELOPE_MALFORMED: 'The envelope is malformed: {field} at offset {offset}',
  ERR_ENVELOPE_NOT_RECIPIENT: 'This key is not among the recipients of the envelope; use one that it was encrypted to',
  ERR_ENVELOPE_CONTENT_INVALID: 'It cannot be opened: the ciphertext is damaged or was not made for this key',
} as const satisfies WordsFor<typeof envelopeErrors>;
