import type { keyFileErrors } from '../../errors/rows/key-file.ts';
import type { WordsFor } from '../words.ts';

export const keyFileWords = {
  ERR_KEY_FILE_MALFORMED: 'The key file is malformed: {field} at offset {offset}',
  ERR_KEY_FILE_PASSWORD_WRONG: 'The password of the key file is wrong, or the file is damaged',
  ERR_KEY_FILE_LIMIT_EXCEEDED: 'The key file asks for more computation than we allow: {limit}',
} as const satisfies WordsFor<typeof keyFileErrors>;
