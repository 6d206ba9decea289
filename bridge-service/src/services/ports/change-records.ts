import type { CaEnrolment } from './application-records.ts';
import type { ConsoleRole } from './console-store.ts';
import type { CaSources, RevocationRule } from './evidence-store.ts';
import type { CaState, Permission } from './records.ts';
import type { CaProfile, PlatformProfile } from './registry-records.ts';

/** What a change of a record was made from. */
interface MadeFrom {
  /** The version of the record, or of the part that is set, which the proposer has seen; a change of what is newer by then is not made. */
  readonly version?: number | undefined;
}

/** One change of a registry, as it is proposed. Certificates are PEM or base64 DER. */
export type ChangeOperation = MadeFrom &
  (
    | {
        readonly kind: 'ca.register';
        readonly name: string;
        readonly anchors: readonly string[];
        readonly intermediates?: readonly string[] | undefined;
        readonly revocation?: RevocationRule | undefined;
      }
    | {
        readonly kind: 'ca.update';
        readonly id: string;
        readonly name?: string | undefined;
        readonly state?: CaState | undefined;
        readonly anchors?: readonly string[] | undefined;
        readonly intermediates?: readonly string[] | undefined;
        /** Until then the certificates that are replaced count beside the new ones. */
        readonly overlapUntil?: string | undefined;
      }
    | {
        readonly kind: 'platform.update';
        readonly id: string;
        readonly name?: string | undefined;
        readonly origins?: readonly string[] | undefined;
        readonly permissions?: readonly Permission[] | undefined;
      }
    | { readonly kind: 'platform.revoke'; readonly id: string }
    /** Its first token is issued afterwards, by a request of its own. */
    | {
        readonly kind: 'platform.register';
        readonly name: string;
        readonly origins?: readonly string[] | undefined;
        readonly permissions?: readonly Permission[] | undefined;
      }
    | { readonly kind: 'platform.set-profile'; readonly id: string; readonly profile: Partial<PlatformProfile> }
    | { readonly kind: 'ca.set-profile'; readonly id: string; readonly profile: Partial<CaProfile> }
    | { readonly kind: 'ca.set-sources'; readonly id: string; readonly sources: Partial<CaSources> }
    | { readonly kind: 'ca.set-enrolment'; readonly id: string; readonly enrolment: CaEnrolment }
    /** Somebody who works at the console, let in by this certificate. */
    | {
        readonly kind: 'person.register';
        readonly name: string;
        readonly role: ConsoleRole;
        readonly certificate: string;
      }
    | { readonly kind: 'person.revoke'; readonly id: string }
    | { readonly kind: 'person.set-role'; readonly id: string; readonly role: ConsoleRole }
  );

export const operationKinds = [
  ...(['ca.register', 'ca.update', 'ca.set-profile', 'ca.set-sources', 'ca.set-enrolment'] as const),
  ...(['platform.register', 'platform.update', 'platform.revoke', 'platform.set-profile'] as const),
  ...(['person.register', 'person.revoke', 'person.set-role'] as const),
] as const;

/** Whom one operation touches. */
export interface OperationPreview {
  readonly kind: ChangeOperation['kind'];
  /** Name of the CA or platform. */
  readonly name: string;
  readonly effect: 'enters' | 'leaves' | 'returns' | 'changes';
  /** Registered certificates, active and in their validity, that are judged otherwise afterwards. */
  readonly certificates: number;
  readonly companies: number;
  readonly companiesWithoutOther: number;
  readonly platforms: number;
  /** What counts for certificates of the CA where nobody can tell whether they are revoked, where that changes; `from` is null for a CA that enters. */
  readonly revocation?: { readonly from: RevocationRule | null; readonly to: RevocationRule } | undefined;
}

export interface Approval {
  readonly by: string;
  readonly at: string;
  /** By the approver's own key, where it was given: base64, with the certificate's SM3. */
  readonly signature: string | null;
  readonly certificate: string | null;
}

/** What an operation found and left: enough to take it back. */
export interface OperationEffect {
  readonly registry: 'cas' | 'platforms' | 'people';
  readonly id: string;
  /** Of the record: what it is (absent), or a part that is kept by itself. */
  readonly part?: 'profile' | 'sources' | 'enrolment' | 'role' | undefined;
  /** Version of the record's history that it left; a later one means that somebody has changed it since; 0 of people, who have no history. */
  readonly version: number;
  /** JSON of the record as it was; null for one that was not there. */
  readonly before: string | null;
}

export const changeSetStates = [
  'proposed',
  'approved',
  'applied',
  'rolled-back',
  'rejected',
  'withdrawn',
  'failed',
] as const;
export type ChangeSetState = (typeof changeSetStates)[number];

export interface ChangeSet {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly state: ChangeSetState;
  /** Applied although changes are frozen, once two other people have approved it. */
  readonly urgent: boolean;
  readonly operations: readonly ChangeOperation[];
  /** SM3 over what is approved, hex. */
  readonly digest: string;
  readonly preview: readonly OperationPreview[];
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly approvals: readonly Approval[];
  /** Not before; null: as soon as it is approved. */
  readonly applyAt: string | null;
  readonly appliedAt: string | null;
  readonly effects: readonly OperationEffect[] | null;
  /** Of the service, over digest and time of application, base64. */
  readonly signature: string | null;
  readonly rolledBackAt: string | null;
  /** The change set whose overlap this one ends. */
  readonly parent: string | null;
  /** Code of the error that kept it from being applied. */
  readonly failure: string | null;
  readonly updatedAt: string;
}

/** A bid opening (开标): shortly before and during it nothing changes. */
export interface BidOpening {
  readonly id: string;
  readonly platformId: string;
  readonly title: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly cancelledAt: string | null;
}
