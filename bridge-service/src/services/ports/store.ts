import type { EventPublisher, EventSubscriber } from './events.ts';
import type { EvidenceRepository, TsaRepository } from './evidence-store.ts';
import type {
  AdministratorCode,
  AuditEntry,
  AuditPayload,
  Ca,
  CaCertificate,
  Caller,
  Challenge,
  IdempotentAnswer,
  Login,
  Role,
} from './records.ts';

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
  activeCertificates(): Promise<readonly CaCertificate[]>;
}

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
  readonly newestFirst?: boolean | undefined;
}

export interface AuditRepository {
  last(): Promise<AuditEntry | null>;
  append(entry: AuditEntry, payload: AuditPayload): Promise<void>;
  list(
    page: PageRequest<number>,
    filter: AuditFilter,
  ): Promise<readonly (AuditEntry & { readonly payload: AuditPayload | null })[]>;
  erasePayloadsBefore(instant: string): Promise<number>;
}

export interface IdempotencyRepository {
  find(callerId: string, keyDigest: string): Promise<IdempotentAnswer | null>;
  add(answer: IdempotentAnswer): Promise<void>;
  deleteBefore(instant: string): Promise<number>;
}

/** What can be read, and outside a transaction only that is done with it. */
export interface Readings {
  readonly callers: CallerRepository;
  readonly codes: AdministratorCodeRepository;
  readonly challenges: ChallengeRepository;
  readonly logins: LoginRepository;
  readonly cas: CaRepository;
  readonly audit: AuditRepository;
  readonly idempotency: IdempotencyRepository;
  readonly evidence: EvidenceRepository;
  readonly tsa: TsaRepository;
}

/** What the service remembers, inside {@link Store.transaction}: all of them belong to that transaction. */
export interface Repositories extends Readings {
  readonly events: EventPublisher;
}

/**
 * Runs work in one transaction: everything it wrote is on the disk when the promise resolves, nothing of it when it
 * rejects. Inside, use only the repositories given and await nothing else.
 */
export type UnitOfWork = <T>(work: (repositories: Repositories) => Promise<T>) => Promise<T>;

export interface Store extends Readings, EventSubscriber {
  readonly transaction: UnitOfWork;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
