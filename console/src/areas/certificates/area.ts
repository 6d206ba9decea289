import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const certificatesArea: Area = {
  pages: [
    { path: '/certificates', title: () => say('certificates'), load: () => import('./CertificateList.vue') },
    { path: '/certificates/:id', title: () => say('certificate'), load: () => import('./CertificateDetail.vue') },
  ],
  menu: [{ group: 'registries', path: '/certificates', label: () => say('certificates'), order: 40 }],
};
