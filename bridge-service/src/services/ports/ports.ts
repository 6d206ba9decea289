import type { CryptoOps } from '@onelock/core/crypto';
import type { Witnesses } from '../../audit/witness-files.ts';
import type { ReportSigner } from '../../secrets/report-signer.ts';
import type { ServiceKey } from '../../secrets/service-key.ts';
import type { WebReportKey } from '../../secrets/web-report-key.ts';
import type { ClockMonitor, TimestampAuthority } from '../../tsa/index.ts';
import type { VerificationPool } from '../../workers/verification-pool.ts';
import type { PersonalData } from '../personal-data.ts';
import type { PlatformAccesses } from '../platform-access.ts';
import type { SeenVersion } from '../registry/record-version.ts';
import type { TrustRegistry } from '../trust-registry.ts';
import type { WatchIndex } from '../watch-list/watch-index.ts';
import type { Clock } from './clock.ts';
import type { EnrolmentDoor } from './enrolment.ts';
import type { EvidencePort } from './evidence.ts';
import type { EvidenceSeal } from './evidence-seal.ts';
import type { RevocationRule } from './evidence-store.ts';
import type { Caller } from './records.ts';
import type { Store, UnitOfWork } from './store.ts';

/** How long things live; from the configuration. */
export interface Lifetimes {
  readonly challengeSeconds: number;
  readonly codeMinutes: number;
  readonly idempotencyHours: number;
  readonly auditPayloadDays: number;
  /** A session of the console that is not used ends. */
  readonly consoleIdleMinutes: number;
  /** It ends after so long in any case. */
  readonly consoleHours: number;
}

/** How the registry of CAs is changed. */
export interface ChangeRules {
  /** `two-person`: by change sets alone, which another person approves. */
  readonly control: 'direct' | 'two-person';
  /** Before a bid opening begins, changes are frozen for so long. */
  readonly freezeLeadMinutes: number;
  /** What counts for a CA that enters, where nobody can tell whether one of its certificates is revoked, and nobody says otherwise. */
  readonly newCaRevocation: RevocationRule;
  /** How long agents believe the registry of origins. */
  readonly originRegistryHours: number;
}

/** What every use case is given. */
export interface Ports {
  readonly store: Store;
  readonly clock: Clock;
  readonly ops: CryptoOps;
  readonly trust: TrustRegistry;
  /** Brings evidence from the sources of CAs. */
  readonly evidence: EvidencePort;
  readonly lifetimes: Lifetimes;
  /** By which the service answers for what it publishes. */
  readonly key: ServiceKey;
  /** By which it signs reports. */
  readonly reports: ReportSigner;
  /** By which it signs them for web libraries, which know no SM2. */
  readonly webReports: WebReportKey;
  /** How the registries are changed. */
  readonly changes: ChangeRules;
  /** Keeps what identifies people encrypted. */
  readonly personal: PersonalData;
  /** Who keeps checkpoints of the audit log outside the database. */
  readonly witnesses: Witnesses;
  /** By which the evidence of judgements is kept. */
  readonly seal: EvidenceSeal;
  /** The built-in time-stamping authority, where there is one. */
  readonly tsa?: TimestampAuthority | undefined;
  /** What is on the watch-list, in memory. */
  readonly watched: WatchIndex;
  /** The way to CAs' enrolment; none in an air-gapped network. */
  readonly enrolment?: EnrolmentDoor | undefined;
  /** How platforms show who they are and how much they may ask, in memory. */
  readonly platforms: PlatformAccesses;
  /** Whether the machine's clock is to be believed. */
  readonly clockMonitor: Pick<ClockMonitor, 'doubt' | 'offsetMs'>;
  /** Threads that judge; without them the main thread does. */
  readonly pool?: VerificationPool | undefined;
}

/** Who acts, in which request. */
export interface Act {
  readonly caller: Caller;
  readonly requestId: string;
  /** Why, in the words of whoever acts, where they say so: it goes into the audit log. */
  readonly why?: string | undefined;
  /** Which versions of the record that they change they have seen, where they say so. */
  readonly seen?: SeenVersion | undefined;
  /** The transaction that the effect, its audit entry and (for a write with an Idempotency-Key) its answer belong to. */
  readonly transaction: UnitOfWork;
}
