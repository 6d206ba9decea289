import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const operationsArea: Area = {
  pages: [{ path: '/operations', title: () => say('operations'), load: () => import('./OperationsPage.vue') }],
  menu: [{ group: 'system', path: '/operations', label: () => say('operations'), order: 5 }],
};
