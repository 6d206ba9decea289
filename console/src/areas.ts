import type { Area } from './area.ts';
import { auditArea } from './areas/audit/area.ts';
import { boardArea } from './areas/board/area.ts';
import { operationsArea } from './areas/operations/area.ts';
import { overviewArea } from './areas/overview/area.ts';
import { statisticsArea } from './areas/statistics/area.ts';
import { supportArea } from './areas/support/area.ts';
import { usersArea } from './areas/users/area.ts';
import { watchListArea } from './areas/watch-list/area.ts';

/** Every subject of the console, one line each; see README.md. */
export const areas: readonly Area[] = [
  overviewArea,
  usersArea,
  auditArea,
  boardArea,
  operationsArea,
  statisticsArea,
  supportArea,
  watchListArea,
];
