import type { documentErrors } from '../../errors/rows/document.ts';
import type { WordsFor } from '../words.ts';

export const documentWords = {
  ERR_DOCUMENT_MALFORMED: 'The document is malformed: {detail}',
  ERR_DOCUMENT_UNSUPPORTED: 'The document is not supported: {detail}',
  ERR_DOCUMENT_PLACE_NOT_FOUND: 'The document has no such place for the seal: {detail}',
} as const satisfies WordsFor<typeof documentErrors>;
