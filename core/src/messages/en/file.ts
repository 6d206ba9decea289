import type { fileErrors } from '../../errors/rows/file.ts';
import type { WordsFor } from '../words.ts';

export const fileWords = {
  ERR_FILE_UNREADABLE: 'The file {name} cannot be read',
  ERR_FILE_UNWRITABLE: 'The file {name} cannot be written; check free space and permissions',
  ERR_FILE_CHANGED: 'The file {name} changed while it was being read; close the program that edits it and try again',
  ERR_STREAM_BROKEN: 'The stream {stream} broke off: {detail}',
} as const satisfies WordsFor<typeof fileErrors>;
