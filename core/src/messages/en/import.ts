import type { importErrors } from '../../errors/rows/import.ts';
import type { WordsFor } from '../words.ts';

export const importWords = {
  ERR_IMPORT_STATE: 'The import is {state}, and this cannot be done to it',
  ERR_IMPORT_OFFSET: 'This part does not follow what has arrived: go on at byte {expected}',
  ERR_IMPORT_DIGEST: 'What arrived does not have the SHA-256 that was announced: upload it again',
  ERR_IMPORT_FORMAT: 'Files of this kind are not read ({format}): give CSV, XLSX, PEM, PKCS#7, DER or ZIP',
  ERR_IMPORT_MALFORMED: 'The file is damaged or cut short: {place} ({what})',
  ERR_IMPORT_LIMIT: 'Beyond a limit: {what}, at most {limit}',
  ERR_IMPORT_MAPPING: 'It is not known which column holds {field}: say which',
  ERR_IMPORT_PRIVATE_KEY:
    '{place} holds a private key. An import takes none: it has stopped and erased what was uploaded; tell the holder to replace that key',
  ERR_IMPORT_INTERRUPTED: 'Reading the file went beyond the limit of memory and was stopped: split it and try again',
  ERR_IMPORT_ENCODING:
    'The text of this row is encoded otherwise than the rest of the file and cannot be read with certainty',
  ERR_IMPORT_CELL: 'The content of column {column} cannot be read: {rule}',
  ERR_IMPORT_REFERENCE: 'The list names the file "{file}", of which the archive has {found} and not one',
  ERR_IMPORT_EMPTY_ROW: 'This row has neither a certificate nor a company with code and name',
  ERR_IMPORT_NESTED: 'An archive inside an archive is not opened',
  ERR_IMPORT_ENCRYPTED: 'This file of the archive is encrypted and cannot be read',
  ERR_IMPORT_DECISION: '"{decision}" does not fit what is the matter with this row: {findings}',
} as const satisfies WordsFor<typeof importErrors>;
