import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const changesArea: Area = {
  pages: [
    { path: '/changes', title: () => say('changes'), load: () => import('./ChangeList.vue') },
    {
      path: '/changes/new',
      title: () => say('propose'),
      roles: ['operator', 'administrator'],
      load: () => import('./ProposePage.vue'),
    },
    { path: '/changes/:id', title: () => say('change'), load: () => import('./ChangeDetail.vue') },
    { path: '/openings', title: () => say('calendar'), load: () => import('./OpeningsPage.vue') },
  ],
  menu: [
    { group: 'changes', path: '/changes', label: () => say('changes'), order: 10 },
    { group: 'changes', path: '/openings', label: () => say('calendar'), order: 20 },
  ],
};
