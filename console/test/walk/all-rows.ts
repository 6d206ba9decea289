import { applicationsRows } from './rows/applications.ts';
import { auditRows } from './rows/audit.ts';
import { callersRows } from './rows/callers.ts';
import { casRows } from './rows/cas.ts';
import { changesRows } from './rows/changes.ts';
import { companiesRows } from './rows/companies.ts';
import { driversRows } from './rows/drivers.ts';
import { importsRows } from './rows/imports.ts';
import { operationsRows } from './rows/operations.ts';
import { platformsRows } from './rows/platforms.ts';
import { shellRows } from './rows/shell.ts';
import { statisticsRows } from './rows/statistics.ts';
import { usersRows } from './rows/users.ts';
import { watchListRows } from './rows/watch-list.ts';
import { webhooksRows } from './rows/webhooks.ts';
import type { WalkRow } from './rows.ts';

/** In this order: what a later row needs, an earlier one may have made. */
export const allRows: readonly WalkRow[] = [
  ...usersRows,
  ...watchListRows,
  ...statisticsRows,
  ...operationsRows,
  ...importsRows,
  ...applicationsRows,
  ...auditRows,
  ...casRows,
  ...companiesRows,
  ...platformsRows,
  ...changesRows,
  ...driversRows,
  ...callersRows,
  ...webhooksRows,
  ...shellRows,
];
