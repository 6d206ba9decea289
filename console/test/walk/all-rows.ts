import { auditRows } from './rows/audit.ts';
import { casRows } from './rows/cas.ts';
import { usersRows } from './rows/users.ts';
import type { WalkRow } from './rows.ts';

/** In this order: what a later row needs, an earlier one may have made. */
export const allRows: readonly WalkRow[] = [...usersRows, ...auditRows, ...casRows];
