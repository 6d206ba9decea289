import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const casArea: Area = {
  pages: [
    { path: '/cas', title: () => say('cas'), load: () => import('./CaList.vue') },
    { path: '/cas/:id', title: () => say('ca'), load: () => import('./CaDetail.vue') },
  ],
  menu: [{ group: 'registries', path: '/cas', label: () => say('cas'), order: 10 }],
};
