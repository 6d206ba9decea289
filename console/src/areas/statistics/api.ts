import { call, type Page } from '../../api/call.ts';

export interface Tallies {
  readonly passed: number;
  readonly failed: number;
  readonly indeterminate: number;
}

export interface Group {
  /** Empty: not known. */
  readonly id: string;
  readonly name: string;
  readonly logins: Tallies;
  readonly judgements: Tallies;
  /** Challenges that no token came for, as platforms tell. */
  readonly gaveUp: number;
}

export interface Step {
  readonly at: string;
  readonly logins: Tallies;
  readonly judgements: Tallies;
}

export interface Overview {
  readonly from: string;
  readonly until: string;
  readonly counted: number;
  readonly recorded: number;
  readonly actions: readonly (Tallies & { readonly action: string })[];
  readonly cas: readonly Group[];
  readonly platforms: readonly Group[];
  readonly drivers: readonly Group[];
  readonly reasons: readonly { readonly action: string; readonly reason: string; readonly count: number }[];
  readonly step: 'hour' | 'day';
  readonly series: readonly Step[];
}

export interface FunnelStep {
  readonly step: string;
  readonly count: number;
}

export interface Funnels {
  readonly login: readonly FunnelStep[];
  readonly gaveUp: number;
  readonly ticket: readonly FunnelStep[];
  readonly waits: {
    readonly classes: readonly { readonly seconds: number; readonly count: number }[];
    readonly half: number | null;
    readonly nineInTen: number | null;
  };
}

export interface Expiry {
  readonly at: string;
  readonly days: readonly number[];
  readonly total: readonly number[];
  readonly cas: readonly { readonly id: string; readonly name: string; readonly within: readonly number[] }[];
}

export interface ExpiringCertificate {
  readonly id: string;
  readonly companyId: string | null;
  readonly companyName: string | null;
  readonly creditCode: string | null;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly subject: string;
  readonly notAfter: string;
  readonly daysLeft: number;
  readonly lastUsedAt: string | null;
  readonly successors: number;
}

export interface Savings {
  readonly assumption: { readonly keysPerPlatform: number; readonly keyPriceYuan: number };
  readonly holders: number;
  readonly certificates: number;
  readonly keysWithout: number;
  readonly keysSpared: number;
  readonly yuanSpared: number | null;
  readonly holdersByPlatforms: readonly { readonly platforms: number; readonly holders: number }[];
}

export const none: Tallies = { passed: 0, failed: 0, indeterminate: 0 };
export const total = ({ passed, failed, indeterminate }: Tallies): number => passed + failed + indeterminate;

/** Spans that one may choose, in hours. */
export const spans = [24, 168, 720, 2160] as const;
export type SpanHours = (typeof spans)[number];

const spanOf = (hours: number) => ({ from: new Date(Date.now() - hours * 3_600_000).toISOString() });

export const statistics = {
  overview: (hours: number) => call<Overview>('GET', '/v1/statistics', { query: spanOf(hours) }),
  funnels: (hours: number) => call<Funnels>('GET', '/v1/statistics/funnels', { query: spanOf(hours) }),
  expiry: () => call<Expiry>('GET', '/v1/statistics/expiry'),
  savings: () => call<Savings>('GET', '/v1/statistics/savings'),
  expiring: (query: { days: number; ca: string | undefined; cursor: string | undefined }) =>
    call<Page<ExpiringCertificate>>('GET', '/v1/statistics/expiry/certificates', { query: { ...query, limit: 20 } }),
};
