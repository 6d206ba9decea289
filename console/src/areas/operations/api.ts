import { call } from '../../api/call.ts';

export type SourceState = 'fresh' | 'stale' | 'failing' | 'waiting';

export interface StateSource {
  readonly source: string;
  readonly caId: string | null;
  readonly caName: string | null;
  readonly kind: 'crl' | 'ocsp' | 'ca-issuers' | 'tsa';
  readonly url: string;
  readonly state: SourceState;
  readonly failures: number;
  readonly lastSuccessAt: string | null;
  readonly nextAttemptAt: string;
  readonly lastError: {
    readonly code: string;
    readonly params: Readonly<Record<string, string | number | boolean | null>>;
  } | null;
  readonly list: {
    readonly entries?: number;
    readonly thisUpdate?: string;
    readonly nextUpdate?: string | null;
  } | null;
}

export interface ServiceState {
  readonly at: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly host: string;
    readonly startedAt: string;
    readonly seenAt: string;
    readonly state: 'working' | 'silent';
    readonly version: string;
    readonly cryptoEngine: string;
    readonly database: 'sqlite' | 'postgres';
    readonly rssBytes: number;
    readonly loopDelayMs: number;
    readonly clockOffsetMs: number | null;
    readonly clockDoubt: string | null;
  }[];
  readonly audit: {
    readonly log: string;
    readonly size: number;
    readonly unwitnessed: number;
    readonly checkpointSize: number;
    readonly checkpointAt: string | null;
    readonly counted: number;
  };
  readonly registered: { readonly companies: number; readonly certificates: number; readonly platforms: number };
  readonly sources: {
    readonly counts: Readonly<Record<SourceState, number>>;
    /** The first of them, those first that somebody should look at. */
    readonly items: readonly StateSource[];
  };
  /** CAs whose certificates pass where nobody can tell whether they are revoked. */
  readonly unchecked: {
    readonly count: number;
    readonly cas: readonly { readonly id: string; readonly name: string; readonly sources: boolean }[];
  };
  readonly outbox: {
    readonly last: number;
    readonly webhooks: readonly {
      readonly id: string;
      readonly name: string;
      readonly waiting: number;
      readonly failures: number;
      readonly nextAttemptAt: string;
      readonly lastSuccessAt: string | null;
      readonly lastError: string | null;
    }[];
  };
  readonly waiting: { readonly alerts: number; readonly changeSets: number; readonly watchEntries: number };
  readonly jobs: readonly {
    readonly name: 'checkpoints' | 'housekeeping' | 'backup';
    readonly lastAt: string | null;
    readonly detail: string | null;
  }[];
}

export const serviceState = () => call<ServiceState>('GET', '/v1/statistics/state');

export const sourceKinds = { fresh: 'good', stale: 'bad', failing: 'care', waiting: 'waiting' } as const;
