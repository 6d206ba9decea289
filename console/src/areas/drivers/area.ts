import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const driversArea: Area = {
  pages: [{ path: '/drivers', title: () => say('drivers'), load: () => import('./DriverCatalogue.vue') }],
  menu: [{ group: 'registries', path: '/drivers', label: () => say('drivers'), order: 60 }],
};
