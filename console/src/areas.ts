import type { Area } from './area.ts';
import { applicationsArea } from './areas/applications/area.ts';
import { auditArea } from './areas/audit/area.ts';
import { boardArea } from './areas/board/area.ts';
import { callersArea } from './areas/callers/area.ts';
import { casArea } from './areas/cas/area.ts';
import { certificatesArea } from './areas/certificates/area.ts';
import { changesArea } from './areas/changes/area.ts';
import { companiesArea } from './areas/companies/area.ts';
import { driversArea } from './areas/drivers/area.ts';
import { importsArea } from './areas/imports/area.ts';
import { operationsArea } from './areas/operations/area.ts';
import { overviewArea } from './areas/overview/area.ts';
import { platformsArea } from './areas/platforms/area.ts';
import { sealsArea } from './areas/seals/area.ts';
import { statisticsArea } from './areas/statistics/area.ts';
import { supportArea } from './areas/support/area.ts';
import { usersArea } from './areas/users/area.ts';
import { watchListArea } from './areas/watch-list/area.ts';
import { webhooksArea } from './areas/webhooks/area.ts';

/** Every subject of the console, one line each; see README.md. */
export const areas: readonly Area[] = [
  overviewArea,
  changesArea,
  casArea,
  sealsArea,
  driversArea,
  platformsArea,
  companiesArea,
  certificatesArea,
  importsArea,
  callersArea,
  usersArea,
  applicationsArea,
  auditArea,
  boardArea,
  operationsArea,
  statisticsArea,
  supportArea,
  watchListArea,
  webhooksArea,
];
