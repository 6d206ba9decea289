import { call, type Page } from '../../api/call.ts';

export interface AuditEntry {
  readonly sequence: number;
  readonly at: string;
  readonly actor: string;
  readonly role: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: 'passed' | 'failed' | 'indeterminate' | 'done' | 'refused';
  readonly reason: string;
  readonly requestId: string;
  readonly detailsSm3: string;
  readonly detailsSha256: string;
  readonly retainUntil: string;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly detailsSalt: string | null;
}

export interface TreeProof {
  readonly leaf: string;
  readonly root: string;
  readonly path: readonly string[];
}

export interface Inclusion {
  readonly sequence: number;
  readonly size: number;
  readonly sm3: TreeProof;
  readonly sha256: TreeProof;
}

export interface Checkpoint {
  readonly version: 1;
  readonly log: string;
  readonly size: number;
  readonly sm3: string;
  readonly sha256: string;
  readonly at: string;
  readonly key: string;
  readonly signature: string;
}

export interface PublishedKey {
  readonly id: string;
  /** SubjectPublicKeyInfo, base64. */
  readonly publicKey: string;
}

export interface Consistency {
  readonly first: number;
  readonly second: number;
  readonly sm3: { readonly firstRoot: string; readonly root: string; readonly path: readonly string[] };
  readonly sha256: { readonly firstRoot: string; readonly root: string; readonly path: readonly string[] };
}

/** What somebody found who walked the log by themselves. */
export interface Verification {
  readonly outcome: 'passed' | 'continued' | 'failed';
  readonly after: number;
  readonly size: number;
  readonly sm3: string;
  readonly sha256: string;
  readonly checkpoints: number;
  readonly detailsErased: number;
  readonly fault?: { readonly sequence: number; readonly rule: string };
}

export interface AuditHead {
  readonly log: string;
  readonly size: number;
  readonly sm3: string;
  readonly sha256: string;
}

export interface AuditFilter {
  readonly action: string;
  readonly actor: string;
  readonly target: string;
  readonly order: 'newest-first' | 'oldest-first';
}

const queryOf = ({ action, actor, target, order }: AuditFilter) => ({
  action: action.trim(),
  actor: actor.trim(),
  target: target.trim(),
  order,
});

export const audit = {
  list: (filter: AuditFilter, cursor: string | undefined, limit = 50) =>
    call<Page<AuditEntry>>('GET', '/v1/audit', { query: { ...queryOf(filter), cursor, limit } }),
  find: (sequence: number) => call<AuditEntry>('GET', `/v1/audit/entries/${sequence}`),
  proof: (sequence: number, size?: number) =>
    call<Inclusion>('GET', `/v1/audit/entries/${sequence}/inclusion`, { query: { size } }),
  head: () => call<AuditHead>('GET', '/v1/audit/head'),
  checkpoints: (cursor: string | undefined, limit = 50) =>
    call<Page<Checkpoint>>('GET', '/v1/audit/checkpoints', { query: { cursor, limit } }),
  sign: () => call<Checkpoint>('POST', '/v1/audit/checkpoints'),
  /** Entries after a sequence, oldest first. */
  after: (sequence: number, limit: number, signal?: AbortSignal) =>
    call<Page<AuditEntry>>('GET', '/v1/audit', {
      query: { after: sequence === 0 ? undefined : sequence, limit, order: 'oldest-first' },
      ...(signal !== undefined && { signal }),
    }),
  /** Checkpoints of logs longer than this, the shortest first. */
  checkpointsAfter: (size: number, limit: number) =>
    call<Page<Checkpoint>>('GET', '/v1/audit/checkpoints', { query: { after: size === 0 ? undefined : size, limit } }),
  consistency: (first: number, second: number) =>
    call<Consistency>('GET', '/v1/audit/consistency', { query: { first, second } }),
  /** Entries that declare what the log lost, oldest first. */
  restorations: async (): Promise<readonly AuditEntry[]> => {
    const found: AuditEntry[] = [];
    for (let cursor: string | undefined; ; ) {
      const page: Page<AuditEntry> = await call<Page<AuditEntry>>('GET', '/v1/audit', {
        query: { action: 'audit.declare-restoration', order: 'oldest-first', cursor, limit: 50 },
      });
      found.push(...page.items);
      if (page.nextCursor === null) return found;
      cursor = page.nextCursor;
    }
  },
  verifications: (cursor: string | undefined) =>
    call<Page<AuditEntry>>('GET', '/v1/audit', {
      query: { action: 'audit.verify', order: 'newest-first', cursor, limit: 10 },
    }),
  note: (body: Verification, key: string) => call<Verification>('POST', '/v1/audit/verifications', { body, key }),
  keys: () => call<{ readonly keys: readonly PublishedKey[] }>('GET', '/v1/keys'),
};

export const outcomeKinds = {
  ...({ passed: 'good', done: 'good', failed: 'bad', refused: 'bad', indeterminate: 'care' } as const),
} as const;
