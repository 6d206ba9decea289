import type { Area } from '../../area.ts';
import { say } from './words.ts';

const roles = ['operator', 'administrator'] as const;

export const importsArea: Area = {
  pages: [
    { path: '/imports', title: () => say('imports'), roles, load: () => import('./ImportList.vue') },
    { path: '/imports/:id', title: () => say('one'), roles, load: () => import('./ImportPage.vue') },
  ],
  menu: [{ group: 'registries', path: '/imports', label: () => say('imports'), order: 45 }],
};
