import { call, type Page } from '../../api/call.ts';
import type { CodeParams } from '../../words/codes.ts';

export const states = [
  ...(['draft', 'submitted', 'pending', 'held', 'issued', 'installed', 'refused', 'withdrawn'] as const),
] as const;
export type ApplicationState = (typeof states)[number];

export const stateKinds = {
  ...({ draft: 'idle', submitted: 'waiting', pending: 'waiting', held: 'bad' } as const),
  ...({ issued: 'good', installed: 'good', refused: 'care', withdrawn: 'idle' } as const),
} as const;

export interface Reason {
  readonly code: string;
  readonly params: CodeParams;
}

export const keySpecs = ['sm2', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'p256'] as const;

export interface Product {
  code: string;
  title: string;
  keySpec: (typeof keySpecs)[number];
  variant: 'single' | 'dual';
  validDays: number;
  priceFen: number;
  renewalPriceFen: number;
  expectedMinutes: number;
  label?: string;
  /** Made on a phone, at the service's page for phones. */
  medium?: 'phone' | undefined;
}

export interface Issued {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

export interface Application {
  readonly id: string;
  readonly kind: 'new' | 'renewal';
  readonly state: ApplicationState;
  readonly caId: string;
  readonly product: Product;
  readonly platformId: string | null;
  readonly subject: {
    readonly creditCode: string;
    readonly companyName: string;
    readonly province: string | null;
    readonly locality: string | null;
  };
  readonly applicant: { readonly name: string; readonly identifier: string | null; readonly phone: string | null };
  readonly companyId: string | null;
  readonly renews: string | null;
  readonly reason: Reason | null;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly submittedAt: string | null;
  readonly signing: Issued | null;
  readonly encryption: Issued | null;
}

export interface ApplicationDetail extends Application {
  readonly steps: readonly {
    readonly position: number;
    readonly at: string;
    readonly state: ApplicationState;
    readonly reason: Reason | null;
  }[];
}

export interface Contact {
  readonly name: string;
  readonly identifier: string | null;
  readonly phone: string | null;
}

export interface Enrolment {
  state: 'open' | 'closed';
  public: boolean;
  protocol: 'est';
  url: string;
  credential:
    | { readonly kind: 'none' }
    | { readonly kind: 'basic'; readonly user: string; readonly secret: string }
    | { readonly kind: 'tls-certificate'; readonly secret: string };
  serverAnchors: readonly string[];
  products: Product[];
  notice: string;
}

export interface Trial {
  readonly reached: boolean;
  readonly reason: Reason | null;
  readonly certificates: readonly { readonly subject: string; readonly registered: boolean }[];
}

export interface Ca {
  readonly id: string;
  readonly name: string;
  readonly state: 'active' | 'off-boarded';
}

export interface Offer {
  readonly caId: string;
  readonly figures: {
    readonly applications: number;
    readonly issued: number;
    readonly refused: number;
    readonly medianMinutes: number | null;
    readonly inTimePercent: number | null;
  };
}

const path = '/v1/applications';

export const applications = {
  list: (state: ApplicationState | undefined, cursor: string | undefined) =>
    call<Page<Application>>('GET', path, { query: { state, cursor, limit: 20 } }),
  find: (id: string) => call<ApplicationDetail>('GET', `${path}/${id}`),
  retry: (id: string, key: string) => call<Application>('POST', `${path}/${id}/retry`, { key }),
  refuse: (id: string, note: string, key: string) =>
    call<Application>('POST', `${path}/${id}/refusal`, { body: { note }, key }),
  contact: (id: string) => call<Contact>('POST', `${path}/${id}/applicant`),
};

export const enrolments = {
  cas: () => call<Page<Ca>>('GET', '/v1/cas', { query: { limit: 200 } }),
  offers: async () => (await call<{ readonly offers: readonly Offer[] }>('GET', '/v1/enrolment-offers')).offers,
  find: (caId: string) => call<Enrolment & { caId: string; updatedAt: string }>('GET', `/v1/cas/${caId}/enrolment`),
  set: (caId: string, body: Enrolment, key: string, seen?: object) =>
    call<Enrolment>('PUT', `/v1/cas/${caId}/enrolment`, { body, key, seen }),
  tryIt: (caId: string) => call<Trial>('POST', `/v1/cas/${caId}/enrolment/trial`),
};
