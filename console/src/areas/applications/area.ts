import type { Area } from '../../area.ts';
import { say } from './words.ts';

export const applicationsArea: Area = {
  pages: [
    { path: '/applications', title: () => say('applications'), load: () => import('./ApplicationList.vue') },
    { path: '/applications/:id', title: () => say('application'), load: () => import('./ApplicationPage.vue') },
    { path: '/enrolments', title: () => say('enrolments'), load: () => import('./EnrolmentList.vue') },
  ],
  menu: [
    { group: 'registries', path: '/applications', label: () => say('applications'), order: 60 },
    { group: 'registries', path: '/enrolments', label: () => say('enrolments'), order: 70 },
  ],
};
