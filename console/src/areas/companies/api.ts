import { call, type Page } from '../../api/call.ts';

export interface Person {
  readonly name: string;
  readonly identifier: string | null;
  readonly phone: string | null;
}

export interface Company {
  readonly id: string;
  readonly creditCode: string;
  readonly name: string;
  readonly state: 'active' | 'closed';
  readonly legalPerson: Person | null;
  readonly agents: readonly Person[];
  readonly names: readonly { readonly name: string; readonly since: string; readonly until: string | null }[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

export interface CompanyFilter {
  readonly creditCode?: string | undefined;
  readonly name?: string | undefined;
  readonly state?: string | undefined;
}

const path = '/v1/companies';

export const companies = {
  list: (filter: CompanyFilter, cursor?: string) => call<Page<Company>>('GET', path, { query: { ...filter, cursor } }),
  find: (id: string) => call<Company>('GET', `${path}/${id}`),
  register: (body: object, key: string) => call<Company>('POST', path, { body, key }),
  update: (id: string, body: object, key: string, seen?: Company) =>
    call<Company>('PATCH', `${path}/${id}`, { body, key, seen }),
  erase: (id: string, reason: string, key: string) =>
    call<Company>('POST', `${path}/${id}/erasure`, { body: { reason }, key }),
};
