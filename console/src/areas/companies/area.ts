import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const companiesArea: Area = {
  pages: [
    { path: '/companies', title: () => say('companies'), load: () => import('./CompanyList.vue') },
    { path: '/companies/:id', title: () => say('company'), load: () => import('./CompanyDetail.vue') },
  ],
  menu: [{ group: 'registries', path: '/companies', label: () => say('companies'), order: 30 }],
};
