import { call, type Page } from '../../api/call.ts';
import type { Role } from '../../area.ts';
import type { RevocationRule } from '../cas/api.ts';
import { say } from './words.ts';

export type Operation = { version?: number } & (
  | {
      kind: 'ca.register';
      name: string;
      anchors: readonly string[];
      intermediates?: readonly string[];
      revocation?: RevocationRule;
    }
  | {
      kind: 'ca.update';
      id: string;
      name?: string;
      state?: 'active' | 'off-boarded';
      anchors?: readonly string[];
      intermediates?: readonly string[];
      overlapUntil?: string;
    }
  | { kind: 'platform.update'; id: string; name?: string; origins?: readonly string[] }
  | { kind: 'platform.revoke'; id: string }
  | { kind: 'platform.register'; name: string; origins?: readonly string[] }
  | { kind: 'platform.set-profile'; id: string; profile: object }
  | { kind: 'ca.set-profile'; id: string; profile: object }
  | { kind: 'ca.set-sources'; id: string; sources: object }
  | { kind: 'ca.set-enrolment'; id: string; enrolment: object }
  | { kind: 'person.register'; name: string; role: Role; certificate: string }
  | { kind: 'person.revoke'; id: string }
  | { kind: 'person.set-role'; id: string; role: Role }
);

export interface Preview {
  readonly kind: string;
  readonly name: string;
  readonly effect: 'enters' | 'leaves' | 'returns' | 'changes';
  readonly certificates: number;
  readonly companies: number;
  readonly companiesWithoutOther: number;
  readonly platforms: number;
  /** Of CAs: what counts where nobody can tell of a revocation. */
  readonly revocation?: { readonly from: RevocationRule | null; readonly to: RevocationRule };
}

export const states = ['proposed', 'approved', 'applied', 'rolled-back', 'rejected', 'withdrawn', 'failed'] as const;
export type ChangeSetState = (typeof states)[number];

export interface ChangeSet {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly state: ChangeSetState;
  readonly urgent: boolean;
  readonly operations: readonly Operation[];
  readonly digest: string;
  readonly preview: readonly Preview[];
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly approvals: readonly {
    readonly by: string;
    readonly at: string;
    readonly signature: string | null;
    readonly certificate: string | null;
  }[];
  readonly approvalsNeeded: number;
  readonly applyAt: string | null;
  readonly appliedAt: string | null;
  readonly signature: string | null;
  readonly rolledBackAt: string | null;
  readonly parent: string | null;
  readonly failure: string | null;
  readonly waitsFor: string | null;
  readonly updatedAt: string;
}

export interface Proposal {
  readonly title: string;
  readonly reason: string;
  readonly operations: readonly Operation[];
  readonly applyAt?: string;
  readonly urgent?: boolean;
}

export interface Opening {
  readonly id: string;
  readonly platformId: string;
  readonly title: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly cancelledAt: string | null;
}

const path = '/v1/change-sets';

export const changeSets = {
  list: (state: ChangeSetState | '', cursor?: string) =>
    call<Page<ChangeSet>>('GET', path, { query: { state, cursor } }),
  find: (id: string) => call<ChangeSet>('GET', `${path}/${id}`),
  /** Change sets that end the overlaps of others; those of one CA, or those of one change set. */
  overlaps: async (of: { readonly ca?: string; readonly parent?: string }) => {
    const { items } = await call<Page<ChangeSet>>('GET', path, { query: { state: 'approved', limit: 200 } });
    return items.filter(
      ({ parent, operations }) =>
        parent !== null &&
        (of.parent === undefined || parent === of.parent) &&
        (of.ca === undefined || operations.some((operation) => 'id' in operation && operation.id === of.ca)),
    );
  },
  preview: async (operations: readonly Operation[], applyAt?: string) =>
    (
      await call<{ preview: readonly Preview[] }>('POST', `${path}/preview`, {
        body: { operations, ...(applyAt !== undefined && { applyAt }) },
      })
    ).preview,
  propose: (body: Proposal, key: string) => call<ChangeSet>('POST', path, { body, key }),
  approve: (id: string, body: object, key: string) => call<ChangeSet>('POST', `${path}/${id}/approval`, { body, key }),
  end: (id: string, reason: string, key: string) =>
    call<ChangeSet>('POST', `${path}/${id}/end`, { body: { reason }, key }),
  rollBack: (id: string, reason: string, key: string) =>
    call<ChangeSet>('POST', `${path}/${id}/rollback`, { body: { reason }, key }),
};

export const openings = {
  list: async () =>
    (await call<{ items: readonly Opening[] }>('GET', '/v1/bid-openings', { query: { limit: 200 } })).items,
  add: (body: object, key: string) => call<Opening>('POST', '/v1/bid-openings', { body, key }),
  cancel: (id: string, key: string) => call<Opening>('DELETE', `/v1/bid-openings/${id}`, { key }),
};

/** What an approver's key signs; see the service's `approvalText`. */
export const approvalText = (digest: string): Uint8Array =>
  new TextEncoder().encode(`onelock-change-set-approval-v1\n${digest}\n`);

const kinds = [
  ...(['ca.register', 'ca.update', 'ca.set-profile', 'ca.set-sources', 'ca.set-enrolment'] as const),
  ...(['platform.register', 'platform.update', 'platform.revoke', 'platform.set-profile'] as const),
  ...(['person.register', 'person.revoke', 'person.set-role'] as const),
] as const;

/** The kind of an operation in words; one that this build does not know is shown as it is. */
export function kindText(kind: string): string {
  const known = kinds.find((one) => one === kind);
  return known === undefined ? kind : say(`kind.${known}`);
}

/** A title for a change set of one operation, which the proposer may change. */
export function defaultTitle(operation: Operation | undefined, name = ''): string {
  if (operation === undefined) return '';
  const subject = 'name' in operation && operation.name !== undefined ? operation.name : name;
  if (operation.kind === 'ca.update' && operation.state !== undefined)
    return `${say(operation.state === 'active' ? 'title.return' : 'title.leave')} ${subject}`.trim();
  return `${kindText(operation.kind)} ${subject}`.trim();
}
