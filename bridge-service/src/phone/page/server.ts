import type { LoginTokenWire } from '@onelock/core/login';
import { askAs } from '../../hosted-pages/page/ask.ts';
import type { Coded } from '../../hosted-pages/page/refusal.ts';
import type { Kept } from './vault.ts';

export interface Offer {
  readonly caId: string;
  readonly name: string;
  readonly notice: string;
  readonly products: readonly {
    readonly code: string;
    readonly title: string;
    readonly validDays: number;
    readonly priceFen: number;
    readonly expectedMinutes: number;
  }[];
}

export interface Application {
  readonly id: string;
  readonly state: 'draft' | 'submitted' | 'pending' | 'issued' | 'installed' | 'held' | 'refused' | 'withdrawn';
  readonly subject: {
    readonly creditCode: string;
    readonly companyName: string;
    readonly province: string | null;
    readonly locality: string | null;
  };
  readonly reason: Coded | null;
  readonly signing: { readonly notAfter: string } | null;
}

export interface ApplicationInput {
  readonly caId: string;
  readonly product: string;
  readonly company: {
    readonly creditCode: string;
    readonly name: string;
    readonly province?: string;
    readonly locality?: string;
  };
  readonly applicant: { readonly name: string };
}

/** Something that a screen asks of this phone. */
export interface Order {
  readonly id: string;
  readonly state: 'shown' | 'claimed' | 'approved' | 'refused' | 'denied' | 'cancelled' | 'done' | 'expired';
  readonly platform: string;
  readonly site: string;
  readonly origin: string;
  /** null: it has to be read from the screen. */
  readonly checkCode: string | null;
  readonly asked: { readonly at: string; readonly address: string; readonly device: string };
  readonly contested: boolean;
  readonly challenge: string;
  readonly reason: Coded | null;
  readonly expiresAt: string;
  readonly now: string;
}

export interface Judged {
  readonly indication: 'passed' | 'failed' | 'indeterminate';
  readonly reason: Coded | null;
  readonly recordId: string;
}

/** What names this phone to the service. */
type Named = Pick<Kept, 'id' | 'secret'>;

const ask = <T>(path: string, body?: object, phone?: Named, applicationKey?: string): Promise<T> =>
  askAs('phone', `/phone/api/${path}`, {
    body,
    headers: {
      ...(phone !== undefined && { 'onelock-phone': `${phone.id}.${phone.secret}` }),
      ...(applicationKey !== undefined && { 'onelock-application-key': applicationKey }),
    },
  });

/** The service, as this page speaks to it. */
export const server = {
  register: (publicKey: string, pinProof: string) =>
    ask<{ readonly id: string; readonly key: string; readonly share: string }>('phones', { publicKey, pinProof }),
  state: (phone: Named) => ask<{ readonly state: 'ready' | 'locked' }>('phone', undefined, phone),
  offers: async () => (await ask<{ readonly offers: readonly Offer[] }>('offers')).offers,
  apply: (phone: Named, input: ApplicationInput) =>
    ask<Application & { readonly applicationKey: string }>('applications', { kind: 'new', ...input }, phone),
  submit: (phone: Named, { id, key }: { readonly id: string; readonly key: string }, request: string) =>
    ask<Application>(`applications/${id}/submission`, { request }, phone, key),
  application: ({ id, key }: { readonly id: string; readonly key: string }) =>
    ask<Application>(`applications/${id}`, undefined, undefined, key),
  delivery: ({ id, key }: { readonly id: string; readonly key: string }) =>
    ask<{ readonly signingCertificate: string }>(`applications/${id}/delivery`, undefined, undefined, key),
  installed: (phone: Named, { id, key }: { readonly id: string; readonly key: string }) =>
    ask<object>(`applications/${id}/installation`, {}, phone, key),
  claim: (phone: Named, seen: { readonly frame: string; readonly by?: 'camera' } | { readonly code: string }) =>
    ask<Order>('claims', seen, phone),
  order: (phone: Named, id: string) => ask<Order>(`orders/${id}`, undefined, phone),
  unlock: (phone: Named, id: string, given: { readonly pinProof: string; readonly checkCode?: string }) =>
    ask<{ readonly share: string }>(`orders/${id}/unlock`, given, phone),
  approve: (phone: Named, id: string, token: LoginTokenWire) => ask<Judged>(`orders/${id}/approval`, { token }, phone),
  deny: (phone: Named, id: string, cause: 'not-me' | 'later') => ask<object>(`orders/${id}/denial`, { cause }, phone),
};
