import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const sealsArea: Area = {
  pages: [
    { path: '/seals', title: () => say('seals'), load: () => import('./SealList.vue') },
    { path: '/seals/:id', title: () => say('seal'), load: () => import('./SealDetail.vue') },
  ],
  menu: [{ group: 'registries', path: '/seals', label: () => say('seals'), order: 50 }],
};
