import type { Area } from './area.ts';
import { overviewArea } from './areas/overview/area.ts';
import { usersArea } from './areas/users/area.ts';

/** Every subject of the console, one line each; see README.md. */
export const areas: readonly Area[] = [overviewArea, usersArea];
