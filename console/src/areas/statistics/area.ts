import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const statisticsArea: Area = {
  pages: [
    { path: '/statistics', title: () => say('statistics'), load: () => import('./StatisticsPage.vue') },
    { path: '/statistics/expiry', title: () => say('expiry'), load: () => import('./ExpiryPage.vue') },
  ],
  menu: [{ group: 'today', path: '/statistics', label: () => say('statistics'), order: 30 }],
};
