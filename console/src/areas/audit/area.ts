import type { Area } from '../../area.ts';
import { say } from './words.ts';

const roles = ['supervisor', 'administrator'] as const;

export const auditArea: Area = {
  pages: [
    { path: '/audit', title: () => say('audit'), roles, load: () => import('./AuditPage.vue') },
    { path: '/audit/checkpoints', title: () => say('checkpoints'), roles, load: () => import('./CheckpointList.vue') },
    { path: '/audit/verify', title: () => say('walk'), roles, load: () => import('./VerifyPage.vue') },
    { path: '/audit/:sequence', title: () => say('audit'), roles, load: () => import('./EntryPage.vue') },
  ],
  menu: [{ group: 'supervision', path: '/audit', label: () => say('audit'), order: 30 }],
};
