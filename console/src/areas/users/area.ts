import type { Area } from '../../area.ts';
import { say } from './words.ts';

const roles = ['supervisor', 'administrator'] as const;

export const usersArea: Area = {
  pages: [
    { path: '/users', title: () => say('users'), roles, load: () => import('./UserList.vue') },
    { path: '/sessions', title: () => say('sessions'), load: () => import('./SessionsPage.vue') },
    { path: '/users/:id', title: () => say('user'), roles, load: () => import('./UserDetail.vue') },
  ],
  menu: [
    { group: 'system', path: '/users', label: () => say('users'), order: 10 },
    { group: 'system', path: '/sessions', label: () => say('sessions'), order: 12 },
  ],
};
