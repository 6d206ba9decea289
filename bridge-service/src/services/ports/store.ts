import type { Checkpoint } from '../../audit/checkpoint.ts';
import type { ForEachTree } from '../../audit/merkle-tree.ts';
import type { ApplicationRepository, EnrolmentRepository } from './application-store.ts';
import type { ConsoleRepository } from './console-store.ts';
import type { EventPublisher, EventSubscriber } from './events.ts';
import type { EvidenceRepository, TsaRepository } from './evidence-store.ts';
import type { ImportRepository } from './import-store.ts';
import type { OidcRepository } from './oidc-store.ts';
import type { PhoneOrderRepository, PhoneRepository } from './phone-store.ts';
import type { PlatformMessageRepository } from './platform-messages-store.ts';
import type { QuotaRepository } from './quota-store.ts';
import type {
  AdministratorCode,
  AuditDetails,
  AuditDraft,
  AuditEntry,
  Ca,
  CaCertificate,
  Caller,
  Challenge,
  DriverCatalogueRecord,
  IdempotentAnswer,
  KeptItem,
  Login,
  Role,
} from './records.ts';
import type {
  BidOpeningRepository,
  CertificateRepository,
  ChangeSetRepository,
  CompanyRepository,
  FactRepository,
  HistoryRepository,
  ProfileRepository,
  SealRepository,
} from './registry-store.ts';
import type { SearchReadings } from './search-store.ts';
import type { StandingRepository } from './standing-store.ts';
import type { StatisticsRepository } from './statistics-store.ts';
import type { UsedOnceRepository } from './used-once-store.ts';
import type { WatchRepository } from './watch-store.ts';
import type { WebhookRepository } from './webhook-store.ts';

/** A page of a list: what comes after the last one seen, at most so many. */
export interface PageRequest<Key extends string | number> {
  readonly after: Key | null;
  readonly limit: number;
}

export interface CallerRepository {
  add(caller: Caller, tokenDigest: string): Promise<void>;
  byId(id: string): Promise<Caller | null>;
  /** Revoked callers are not found. */
  byTokenDigest(tokenDigest: string): Promise<Caller | null>;
  list(page: PageRequest<string>, role?: Role): Promise<readonly Caller[]>;
  update(caller: Caller): Promise<void>;
  /** In place of the one before. */
  setToken(id: string, tokenDigest: string): Promise<void>;
  countActive(role: Role): Promise<number>;
  /** The platform, not revoked, that has registered this origin. */
  ownerOfOrigin(origin: string): Promise<string | null>;
}

export interface AdministratorCodeRepository {
  add(code: AdministratorCode): Promise<void>;
  /** Codes neither used nor expired. */
  live(now: string): Promise<readonly AdministratorCode[]>;
  /** True for the one call that used it. */
  use(id: string, now: string): Promise<boolean>;
  /** Ends every live code of a purpose. */
  endAll(purpose: AdministratorCode['purpose'], now: string): Promise<void>;
}

export interface ChallengeRepository {
  add(challenge: Challenge): Promise<void>;
  /** Takes a live challenge of this platform out of use: at most one call ever gets it. */
  consume(challengeDigest: string, callerId: string, now: string): Promise<Challenge | null>;
  deleteExpiredBefore(instant: string): Promise<number>;
}

export interface LoginRepository {
  add(login: Login): Promise<void>;
  /** They name people. */
  deleteBefore(instant: string): Promise<number>;
  byId(id: string): Promise<Login | null>;
}

export interface CaRepository {
  add(ca: Ca): Promise<void>;
  byId(id: string): Promise<Ca | null>;
  list(page: PageRequest<string>): Promise<readonly Ca[]>;
  /** Replaces name, state and certificates. */
  update(ca: Ca): Promise<void>;
  /** Grows with every change of any CA: who has read at this number need not read again. */
  version(): Promise<number>;
  /** Certificates of the CAs whose state is active. */
  activeCertificates(): Promise<readonly (CaCertificate & { readonly caId: string })[]>;
}

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
  readonly newestFirst?: boolean | undefined;
}

/** 48 bits of a digest of what an entry is found by. */
export type AuditIndexRow = readonly [segment: number, hash: number, sequence: number];

export type AuditEntryWithDetails = AuditEntry & { readonly details: AuditDetails | null };

/** What can be read of the audit log. */
export interface AuditReadings {
  /** The log as it stands: its name, size and the right edge of each tree. */
  head(): Promise<AuditHeadRecord>;
  list(page: PageRequest<number>, filter: AuditFilter): Promise<readonly AuditEntryWithDetails[]>;
  bySequence(sequence: number): Promise<AuditEntryWithDetails | null>;
  /** Entries of a run of leaves, in order; `start` counts from 0 and `end` is one past the last. */
  entries(start: number, end: number): Promise<readonly AuditEntry[]>;
  /** Heads of whole subtrees of one stored level, in order, likewise. */
  nodes(level: number, start: number, end: number): Promise<readonly ForEachTree<string>[]>;
  checkpoints(page: PageRequest<number>): Promise<readonly Checkpoint[]>;
  latestCheckpoint(): Promise<Checkpoint | null>;
  evidence(digest: string): Promise<KeptItem | null>;
  /** How many segments of the log are found by target and actor without reading them. */
  indexedSegments(): Promise<number>;
  /** Items between two digests that this key has not sealed: all of them, or those in clear alone. */
  evidenceNotBy(
    keyId: string,
    which: 'other' | 'clear',
    page: { readonly after: string; readonly before: string; readonly limit: number },
  ): Promise<readonly KeptItem[]>;
}

export interface AuditHeadRecord {
  /** Hex. */
  readonly log: string;
  readonly size: number;
  /** Heads of the whole subtrees, largest first, hex, one after the other. */
  readonly frontier: ForEachTree<string>;
}

/** What a transaction may do to it. */
export interface AuditRepository extends AuditReadings {
  /** Gives the entry its place when the transaction is about to be committed; nothing of it when it fails. */
  append(draft: AuditDraft): void;
  /** Details whose retention ended before the instant. */
  countDetailsBefore(instant: string): Promise<number>;
  eraseDetailsBefore(instant: string): Promise<number>;
  eraseDetailsOf(sequences: readonly number[]): Promise<number>;
  eraseEvidenceBefore(instant: string): Promise<number>;
  eraseEvidenceOf(digests: readonly string[]): Promise<number>;
  /** Adds to what finds entries by target and actor; with `whole`, the segment has all of its rows then. */
  index(rows: readonly AuditIndexRow[], whole: number | null): Promise<void>;
  /** Takes the place of bytes sealed otherwise, if they are there still. @returns how many: 1 or 0 */
  reseal(digest: string, from: string, bytes: Uint8Array, sealedBy: string): Promise<number>;
  addCheckpoint(checkpoint: Checkpoint): Promise<void>;
}

export interface IdempotencyRepository {
  find(callerId: string, keyDigest: string): Promise<IdempotentAnswer | null>;
  add(answer: IdempotentAnswer): Promise<void>;
  deleteBefore(instant: string): Promise<number>;
}

/** Every catalogue of drivers that was published; agents get the newest. */
export interface DriverCatalogueRepository {
  newest(): Promise<DriverCatalogueRecord | null>;
  /** Newest first, by version, without what was signed. */
  list(page: PageRequest<number>): Promise<readonly Omit<DriverCatalogueRecord, 'signed'>[]>;
  add(catalogue: DriverCatalogueRecord): Promise<void>;
}

/** What can be read, and outside a transaction only that is done with it. */
export interface Readings {
  readonly callers: CallerRepository;
  readonly codes: AdministratorCodeRepository;
  readonly challenges: ChallengeRepository;
  readonly logins: LoginRepository;
  readonly cas: CaRepository;
  readonly audit: AuditReadings;
  readonly idempotency: IdempotencyRepository;
  readonly companies: CompanyRepository;
  readonly certificates: CertificateRepository;
  readonly seals: SealRepository;
  readonly history: HistoryRepository;
  readonly profiles: ProfileRepository;
  readonly changeSets: ChangeSetRepository;
  readonly facts: FactRepository;
  readonly bidOpenings: BidOpeningRepository;
  readonly evidence: EvidenceRepository;
  readonly tsa: TsaRepository;
  readonly watchList: WatchRepository;
  readonly standing: StandingRepository;
  readonly webhooks: WebhookRepository;
  readonly tickets: UsedOnceRepository;
  readonly nonces: UsedOnceRepository;
  readonly platformMessages: PlatformMessageRepository;
  readonly quotas: QuotaRepository;
  readonly imports: ImportRepository;
  readonly oidc: OidcRepository;
  readonly driverCatalogues: DriverCatalogueRepository;
  readonly applications: ApplicationRepository;
  readonly enrolments: EnrolmentRepository;
  readonly phones: PhoneRepository;
  readonly phoneOrders: PhoneOrderRepository;
  readonly statistics: StatisticsRepository;
  readonly search: SearchReadings;
  readonly console: ConsoleRepository;
}

/** What the service remembers, inside {@link Store.transaction}: all of them belong to that transaction. */
export interface Repositories extends Readings {
  readonly audit: AuditRepository;
  readonly events: EventPublisher;
}

/**
 * Runs work in one transaction: everything it wrote is on the disk when the promise resolves, nothing of it when it
 * rejects. Inside, use only the repositories given and await nothing else.
 */
export type UnitOfWork = <T>(work: (repositories: Repositories) => Promise<T>, foreseen?: Foreseen) => Promise<T>;

/**
 * What a piece of work is going to ask for, where that is known before: on PostgreSQL it is then read for many at once, and what they write is written
 * at once. Such work changes nothing but by the repositories, as it may be run a second time.
 */
export interface Foreseen {
  /** Digests of the challenges that it consumes. */
  readonly challenges?: readonly string[];
  /** Digests of the certificates that it proves. */
  readonly certificates?: readonly string[];
  /** Digests of the values that it looks up in the watch-list. */
  readonly watched?: readonly string[];
  /** Digests of the nonces that it uses up: of a signed request, of request tickets. */
  readonly nonces?: readonly string[];
  readonly tickets?: readonly string[];
}

export interface Store extends Readings, EventSubscriber {
  readonly transaction: UnitOfWork;
  /** Appends to the audit log alone, which is on the disk when the promise resolves. Costs less than a transaction. */
  record(draft: AuditDraft): Promise<void>;
  /** Resolves when the database answers, and takes writes: after one that it did not take, another is tried. */
  ping(): Promise<void>;
  /** Whether it took what was written last. */
  isWritable(): boolean;
  close(): Promise<void>;
}
