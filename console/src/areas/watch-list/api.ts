import { call, type Page } from '../../api/call.ts';

export const kinds = ['certificate', 'key-serial', 'company', 'person', 'machine'] as const;
export type WatchKind = (typeof kinds)[number];
export const actions = ['alert', 'step-up', 'block'] as const;
export type WatchAction = (typeof actions)[number];
export const states = ['proposed', 'active', 'expired', 'rejected', 'ended'] as const;
export type WatchState = (typeof states)[number];

export interface WatchEntry {
  readonly id: string;
  readonly kind: WatchKind;
  readonly shown: string;
  readonly action: WatchAction;
  readonly reason: string;
  readonly evidence: string;
  readonly state: WatchState;
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly expiresAt: string;
  readonly updatedAt: string;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly endedBy: string | null;
  readonly endedAt: string | null;
  readonly endReason: string | null;
  readonly clearedUntil: string | null;
}

export interface ProposedEntry {
  readonly kind: WatchKind;
  readonly value: string;
  readonly action: WatchAction;
  readonly reason: string;
  readonly evidence: string;
  readonly expiresAt: string;
}

export interface Alert {
  readonly sequence: number;
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
  readonly shown: string | null;
  readonly platformName: string | null;
  readonly acknowledgement: {
    readonly at: string;
    readonly actor: string;
    readonly name: string | null;
    readonly note: string;
  } | null;
}

const path = '/v1/watchlist';

export const watchList = {
  list: (state: WatchState | undefined, cursor: string | undefined) =>
    call<Page<WatchEntry>>('GET', path, { query: { state, cursor, limit: 20 } }),
  find: (id: string) => call<WatchEntry>('GET', `${path}/${id}`),
  propose: (body: ProposedEntry, key: string) => call<WatchEntry>('POST', path, { body, key }),
  decide: (id: string, decision: 'approve' | 'reject', key: string) =>
    call<WatchEntry>('POST', `${path}/${id}/decision`, { body: { decision }, key }),
  end: (id: string, reason: string, key: string) =>
    call<WatchEntry>('POST', `${path}/${id}/end`, { body: { reason }, key }),
  clear: (id: string, key: string) => call<WatchEntry>('POST', `${path}/${id}/clearance`, { key }),
};

export const alerts = {
  list: (open: boolean, cursor?: string | undefined, limit = 20) =>
    call<Page<Alert>>('GET', '/v1/alerts', { query: { open: open ? true : undefined, cursor, limit } }),
  acknowledge: (id: string, note: string, key: string) =>
    call<Alert>('POST', `/v1/alerts/${id}/acknowledgement`, { body: { note }, key }),
};

/** A page may stay open past the date of an entry. */
export function stateNow({ state, expiresAt }: Pick<WatchEntry, 'state' | 'expiresAt'>): WatchState {
  const timed = state === 'active' || state === 'proposed';
  return timed && Date.parse(expiresAt) <= Date.now() ? 'expired' : state;
}

export const stateKinds = {
  ...({ proposed: 'waiting', active: 'good', rejected: 'idle', ended: 'idle', expired: 'idle' } as const),
} as const;

export const actionKinds = { alert: 'waiting', 'step-up': 'care', block: 'bad' } as const;
