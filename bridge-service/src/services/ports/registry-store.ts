import type { BidOpening, ChangeSet, ChangeSetState } from './change-records.ts';
import type {
  CaProfile,
  Company,
  HistoryEntry,
  PlatformProfile,
  RegisteredCertificate,
  RegisteredSeal,
  RegistryName,
} from './registry-records.ts';
import type { PageRequest } from './store.ts';

export interface CompanyFilter {
  readonly creditCode?: string | undefined;
  /** Beginning of the present name. */
  readonly name?: string | undefined;
  readonly state?: Company['state'] | undefined;
}

export interface CompanyRepository {
  add(company: Company): Promise<void>;
  update(company: Company): Promise<void>;
  byId(id: string): Promise<Company | null>;
  byCreditCode(creditCode: string): Promise<Company | null>;
  list(page: PageRequest<string>, filter: CompanyFilter): Promise<readonly Company[]>;
}

export interface CertificateFilter {
  readonly companyId?: string | undefined;
  readonly digest?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly keyDigest?: string | undefined;
  readonly state?: RegisteredCertificate['state'] | undefined;
  /** Ends before this instant. */
  readonly expiresBefore?: string | undefined;
  readonly issuerKeys?: readonly string[] | undefined;
}

export interface CertificateRepository {
  add(certificate: RegisteredCertificate): Promise<void>;
  update(certificate: RegisteredCertificate): Promise<void>;
  byId(id: string): Promise<RegisteredCertificate | null>;
  byDigest(digest: string): Promise<RegisteredCertificate | null>;
  byIssuerAndSerial(issuerKey: string, serialNumber: string): Promise<RegisteredCertificate | null>;
  list(page: PageRequest<string>, filter: CertificateFilter): Promise<readonly RegisteredCertificate[]>;
  /** Notes that the holder of an unproven certificate has shown to have its key. @returns whether this was the first time */
  prove(digest: string, proof: string, at: string): Promise<boolean>;
  /** How many there are by these issuers, whose they are, and who has none by anybody else. */
  reach(issuerKeys: readonly string[], now: string): Promise<CertificateReach>;
}

export interface CertificateReach {
  /** Active and in their validity. */
  readonly certificates: number;
  readonly companies: number;
  /** Companies that have no other active certificate. */
  readonly companiesWithoutOther: number;
  /** Platforms on which somebody has logged in with one. */
  readonly platforms: number;
}

export interface SealRepository {
  add(seal: RegisteredSeal): Promise<void>;
  update(seal: RegisteredSeal): Promise<void>;
  byId(id: string): Promise<RegisteredSeal | null>;
  byCode(code: string): Promise<RegisteredSeal | null>;
  list(page: PageRequest<string>, companyId: string | undefined): Promise<readonly RegisteredSeal[]>;
}

/** A record, or a part of it that is set by itself. */
export interface VersionedPart {
  readonly registry: RegistryName;
  readonly recordId: string;
  readonly part: 'record' | 'profile' | 'sources' | 'enrolment';
}

export interface HistoryRepository {
  /** The version is the next of that record. */
  add(entry: Omit<HistoryEntry, 'version'>): Promise<void>;
  /** Of the last change of this part; 0 where it was never set. */
  version(of: VersionedPart): Promise<number>;
  /** Newest first. */
  list(registry: RegistryName, recordId: string, page: PageRequest<number>): Promise<readonly HistoryEntry[]>;
}

export interface ProfileRepository {
  ca(caId: string): Promise<CaProfile>;
  /** Of every CA that has one. */
  cas(): Promise<readonly (readonly [caId: string, profile: CaProfile])[]>;
  setCa(caId: string, profile: CaProfile, at: string): Promise<void>;
  platform(callerId: string): Promise<PlatformProfile>;
  setPlatform(callerId: string, profile: PlatformProfile, at: string): Promise<void>;
  /** Of every platform that has one. */
  platforms(): Promise<readonly (readonly [callerId: string, profile: PlatformProfile])[]>;
  /** Grows with every change of a platform's profile. */
  version(): Promise<number>;
  /** Profiles of platforms that have keys. */
  platformsWithKeys(): Promise<readonly (readonly [callerId: string, profile: PlatformProfile])[]>;
}

export interface ChangeSetRepository {
  add(set: ChangeSet): Promise<void>;
  update(set: ChangeSet): Promise<void>;
  byId(id: string): Promise<ChangeSet | null>;
  list(page: PageRequest<string>, state: ChangeSetState | undefined): Promise<readonly ChangeSet[]>;
  /** Approved ones whose time has come, in the order of their time. */
  due(now: string): Promise<readonly ChangeSet[]>;
  /** Approved ones that end the overlap of another. */
  following(parent: string): Promise<readonly ChangeSet[]>;
}

export interface BidOpeningRepository {
  add(opening: BidOpening): Promise<void>;
  cancel(id: string, at: string): Promise<boolean>;
  byId(id: string): Promise<BidOpening | null>;
  /** Not cancelled, and not over before `from`; soonest first. */
  upcoming(from: string, limit: number): Promise<readonly BidOpening[]>;
  /** The one that ends last of those that are on between the instants. */
  on(from: string, until: string): Promise<BidOpening | null>;
}

/** What a database knows of the service that works on it. */
export interface FactRepository {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
}
