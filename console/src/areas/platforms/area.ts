import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const platformsArea: Area = {
  pages: [
    { path: '/platforms', title: () => say('platforms'), load: () => import('./PlatformList.vue') },
    { path: '/platforms/:id', title: () => say('platform'), load: () => import('./PlatformDetail.vue') },
  ],
  menu: [{ group: 'registries', path: '/platforms', label: () => say('platforms'), order: 20 }],
};
