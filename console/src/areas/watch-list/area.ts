import type { Area } from '../../area.ts';
import { say } from './words.ts';

const overseers = ['supervisor', 'administrator'] as const;

export const watchListArea: Area = {
  pages: [
    { path: '/watchlist', title: () => say('watchList'), load: () => import('./WatchList.vue') },
    { path: '/watchlist/:id', title: () => say('entry'), load: () => import('./WatchEntryPage.vue') },
    { path: '/alerts', title: () => say('alerts'), roles: overseers, load: () => import('./AlertList.vue') },
  ],
  menu: [
    { group: 'supervision', path: '/alerts', label: () => say('alerts'), order: 10 },
    { group: 'supervision', path: '/watchlist', label: () => say('watchList'), order: 20 },
  ],
};
