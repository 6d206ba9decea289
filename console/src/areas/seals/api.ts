import { call, type Page } from '../../api/call.ts';

export const sealKinds = ['company', 'finance', 'contract', 'legal-person', 'bidding', 'other'] as const;

export interface Seal {
  readonly id: string;
  readonly code: string;
  readonly companyId: string;
  readonly name: string;
  readonly kind: (typeof sealKinds)[number];
  readonly maker: string | null;
  readonly state: 'active' | 'suspended' | 'destroyed';
  readonly dataDigest: string | null;
  readonly certificates: readonly string[];
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const path = '/v1/seals';

export const seals = {
  list: (companyId: string | undefined, cursor?: string) =>
    call<Page<Seal>>('GET', path, { query: { companyId, cursor } }),
  find: (id: string) => call<Seal>('GET', `${path}/${id}`),
  register: (body: object, key: string) => call<Seal>('POST', path, { body, key }),
  update: (id: string, body: object, key: string, seen?: Seal) =>
    call<Seal>('PATCH', `${path}/${id}`, { body, key, seen }),
};
