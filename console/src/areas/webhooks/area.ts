import type { Area } from '../../area.ts';
import { say } from './words.ts';

const roles = ['supervisor', 'administrator'] as const;

export const webhooksArea: Area = {
  pages: [
    { path: '/webhooks', title: () => say('webhooks'), roles, load: () => import('./WebhookList.vue') },
    { path: '/webhooks/:id', title: () => say('webhook'), roles, load: () => import('./WebhookDetail.vue') },
  ],
  menu: [{ group: 'supervision', path: '/webhooks', label: () => say('menu'), order: 60 }],
};
