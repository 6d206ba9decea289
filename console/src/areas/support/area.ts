import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const supportArea: Area = {
  pages: [
    { path: '/support', title: () => say('support'), load: () => import('./SupportPage.vue') },
    { path: '/search', title: () => say('search.title'), load: () => import('./SearchPage.vue') },
  ],
  menu: [{ group: 'supervision', path: '/support', label: () => say('support'), order: 40 }],
};
