import type { Area } from '../../area.ts';
import { say } from './words.ts';

const roles = ['supervisor', 'administrator'] as const;

export const callersArea: Area = {
  pages: [{ path: '/callers', title: () => say('callers'), roles, load: () => import('./CallerList.vue') }],
  menu: [{ group: 'system', path: '/callers', label: () => say('callers'), order: 20 }],
};
