import type { ErrorRows } from '../row.ts';

/** Changes of the registries that more than one person answers for. */
export const changeErrors = {
  ERR_CHANGE_SET_REQUIRED: {
    httpStatus: 409,
    whoCanAct: 'operator',
    retriable: false,
    params: [],
  },
  ERR_CHANGE_FROZEN: {
    httpStatus: 409,
    whoCanAct: 'operator',
    retriable: true,
    params: ['opening', 'until'],
  },
  ERR_CHANGE_SAME_PERSON: {
    httpStatus: 403,
    whoCanAct: 'operator',
    retriable: false,
    params: [],
  },
  ERR_CHANGE_STATE: {
    httpStatus: 409,
    whoCanAct: 'operator',
    retriable: false,
    params: ['state'],
  },
  ERR_CHANGE_OUTDATED: {
    httpStatus: 409,
    whoCanAct: 'operator',
    retriable: false,
    params: ['field'],
  },
  ERR_CHANGE_SIGNATURE: {
    httpStatus: 422,
    whoCanAct: 'operator',
    retriable: false,
    params: ['reason'],
  },
} as const satisfies ErrorRows;
