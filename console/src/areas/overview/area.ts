import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const overviewArea: Area = {
  pages: [{ path: '/', title: () => say('overview'), load: () => import('./OverviewPage.vue') }],
  menu: [{ group: 'today', path: '/', label: () => say('overview'), order: 10 }],
};
