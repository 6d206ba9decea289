import { casRows } from './rows/cas.ts';
import type { WalkRow } from './rows.ts';

/** In this order: what a later row needs, an earlier one may have made. */
export const allRows: readonly WalkRow[] = [...casRows];
