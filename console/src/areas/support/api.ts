import { call } from '../../api/call.ts';
import type { CodeParams } from '../../words/codes.ts';
import type { Inclusion } from '../audit/api.ts';

export interface Told {
  readonly code: string;
  readonly message: string;
  readonly whoCanAct: 'user' | 'integrator' | 'operator' | 'vendor' | 'us' | null;
}

export interface StoryEntry {
  readonly sequence: number;
  readonly at: string;
  readonly actor: string;
  readonly actorName: string | null;
  readonly action: string;
  readonly target: string;
  readonly outcome: 'passed' | 'failed' | 'indeterminate' | 'done' | 'refused';
  readonly reason: string;
  readonly told: Told | null;
  readonly requestId: string;
  readonly evidence: readonly { readonly use: string; readonly digest: string }[] | null;
  readonly proof: Inclusion;
}

export interface Story {
  readonly id: string;
  readonly kind: 'request' | 'login' | 'entry' | 'record';
  readonly asked: {
    readonly at: string;
    readonly caller: string;
    readonly name: string | null;
    readonly role: string;
  } | null;
  readonly verdict: { readonly indication: StoryEntry['outcome']; readonly told: Told | null } | null;
  readonly refusal: {
    readonly at: string;
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly told: Told;
    readonly params: CodeParams;
  } | null;
  readonly login: {
    readonly id: string;
    readonly origin: string;
    readonly reason?: { readonly code: string; readonly params: CodeParams };
    readonly certificateDigest: string;
    readonly identity: {
      readonly organization?: string | null;
      readonly unifiedSocialCreditCode?: { readonly value: string } | null;
      readonly person?: { readonly name?: string | null } | null;
    } | null;
    readonly certificate: {
      readonly certificate?: { readonly subject: string; readonly serialNumber?: string };
    } | null;
  } | null;
  readonly entries: readonly StoryEntry[];
  readonly checkpoint: { readonly size: number; readonly at: string } | null;
}

export const hitKinds = [
  ...(['company', 'certificate', 'ca', 'platform', 'seal', 'change-set', 'watch-entry', 'login', 'alert'] as const),
] as const;

export interface Hit {
  readonly kind: (typeof hitKinds)[number];
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly state: string;
  readonly by: 'id' | 'name' | 'former-name' | 'credit-code' | 'serial-number' | 'digest' | 'device' | 'code' | 'value';
}

export const lookUp = (id: string) => call<Story>('GET', `/v1/support/${encodeURIComponent(id)}`);
export const search = (q: string) =>
  call<{ readonly hits: readonly Hit[]; readonly more: readonly Hit['kind'][] }>('GET', '/v1/search', { query: { q } });

const pages: Readonly<Record<Hit['kind'], (id: string) => string>> = {
  company: (id) => `/companies/${id}`,
  certificate: (id) => `/certificates/${id}`,
  ca: (id) => `/cas/${id}`,
  platform: (id) => `/platforms/${id}`,
  seal: (id) => `/seals/${id}`,
  'change-set': (id) => `/changes/${id}`,
  'watch-entry': (id) => `/watchlist/${id}`,
  login: (id) => `/support?id=${id}`,
  alert: () => '/alerts',
};

/** The page of what was found. */
export const pageOf = ({ kind, id }: Hit): string => pages[kind](id);
