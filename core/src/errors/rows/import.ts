import type { ErrorRows } from '../row.ts';

const row = <const Params extends readonly string[]>(httpStatus: 409 | 413 | 422, params: Params) => ({
  ...({ httpStatus, whoCanAct: 'operator', retriable: false } as const),
  params,
});

/** The import of the stock of certificates and companies: of a whole file, and of one row of it. */
export const importErrors = {
  ERR_IMPORT_STATE: row(409, ['state']),
  ERR_IMPORT_OFFSET: row(409, ['expected']),
  ERR_IMPORT_DIGEST: row(422, []),
  ERR_IMPORT_FORMAT: row(422, ['format']),
  ERR_IMPORT_MALFORMED: row(422, ['what', 'place']),
  ERR_IMPORT_LIMIT: row(413, ['what', 'limit']),
  ERR_IMPORT_MAPPING: row(422, ['field']),
  ERR_IMPORT_PRIVATE_KEY: row(422, ['place']),
  ERR_IMPORT_INTERRUPTED: row(422, []),
  ERR_IMPORT_ENCODING: row(422, []),
  ERR_IMPORT_CELL: row(422, ['column', 'rule']),
  ERR_IMPORT_REFERENCE: row(422, ['file', 'found']),
  ERR_IMPORT_EMPTY_ROW: row(422, []),
  ERR_IMPORT_NESTED: row(422, []),
  ERR_IMPORT_ENCRYPTED: row(422, []),
  ERR_IMPORT_DECISION: row(422, ['decision', 'findings']),
} as const satisfies ErrorRows;
