import type { suiteErrors } from '../../errors/rows/suite.ts';
import type { WordsFor } from '../words.ts';

export const suiteWords = {
  ERR_SUITE_FORMAT: 'The suite file {file} has a field that is not understood: {field}',
  ERR_CLI_USAGE: 'Wrong use of the command: {detail}',
  ERR_CLI_FILE_UNREADABLE: 'The file {file} cannot be read',
  ERR_CLI_INTERNAL: 'Internal error, nothing was concluded: {detail}',
} as const satisfies WordsFor<typeof suiteErrors>;
