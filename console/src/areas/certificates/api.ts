import { call, type Page } from '../../api/call.ts';

export interface RegisteredCertificate {
  readonly id: string;
  readonly digest: string;
  readonly serialNumber: string;
  readonly companyId: string | null;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly keyDigest: string;
  readonly usage: 'sign' | 'encrypt' | 'both';
  readonly medium: string | null;
  readonly state: 'active' | 'suspended' | 'retired';
  readonly provenAt: string | null;
  readonly proof: string | null;
  readonly source: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface CertificateFilter {
  readonly companyId?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly state?: string | undefined;
  readonly expiresBefore?: string | undefined;
}

const path = '/v1/certificates';

export const registered = {
  list: (filter: CertificateFilter, cursor?: string) =>
    call<Page<RegisteredCertificate>>('GET', path, { query: { ...filter, cursor } }),
  find: (id: string) => call<RegisteredCertificate & { readonly der: string }>('GET', `${path}/${id}`),
  register: (body: object, key: string) => call<RegisteredCertificate>('POST', path, { body, key }),
  update: (id: string, body: object, key: string, seen?: RegisteredCertificate) =>
    call<RegisteredCertificate>('PATCH', `${path}/${id}`, { body, key, seen }),
};
