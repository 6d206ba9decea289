import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const boardArea: Area = {
  pages: [{ path: '/board', title: () => say('board'), load: () => import('./BoardPage.vue') }],
  menu: [{ group: 'today', path: '/board', label: () => say('board'), order: 20 }],
};
