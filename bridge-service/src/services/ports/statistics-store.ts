import type { SupervisionEvent } from './watch-store.ts';

/** Empty text stands for what is not known, or is none. */
export interface CountKey {
  /** Beginning of an instant in UTC: 2026-11-22T08. */
  readonly hour: string;
  readonly action: string;
  readonly platform: string;
  readonly ca: string;
  readonly driver: string;
  readonly outcome: string;
  readonly reason: string;
}

export interface Visit {
  readonly certificateDigest: string;
  readonly platform: string;
  readonly lastAt: string;
  readonly logins: number;
}

export interface DeviceUse {
  /** Keyed digest of the serial number, hex. */
  readonly deviceDigest: string;
  readonly certificateDigest: string;
  readonly driver: string;
  readonly lastAt: string;
  readonly logins: number;
}

export interface WaitCount {
  readonly hour: string;
  readonly platform: string;
  readonly ca: string;
  /** Upper bound of the class. */
  readonly seconds: number;
  readonly count: number;
}

/** What some entries of the audit log come to. No key stands twice in a list. */
export interface Counted {
  readonly counts: readonly (CountKey & { readonly count: number })[];
  readonly waits: readonly WaitCount[];
  readonly visits: readonly Visit[];
  readonly devices: readonly DeviceUse[];
}

/** Hours from `from` to before `until`, of one platform alone where it is named. */
export interface StatisticsSpan {
  readonly from: string;
  readonly until: string;
  readonly platform: string | undefined;
}

/** Everything but when and why. */
export interface StatisticsCell {
  readonly action: string;
  readonly platform: string;
  readonly ca: string;
  readonly driver: string;
  readonly outcome: string;
  readonly count: number;
}

export interface HourCount {
  readonly hour: string;
  readonly action: string;
  readonly outcome: string;
  readonly count: number;
}

export interface Expiring {
  readonly issuerKey: string;
  /** Certificates that end within so many days, in the order of the question's. */
  readonly within: readonly number[];
}

export interface ExpiringCertificate {
  readonly id: string;
  readonly companyId: string | null;
  readonly companyName: string | null;
  readonly creditCode: string | null;
  readonly issuer: string;
  readonly issuerKey: string;
  readonly serialNumber: string;
  readonly subject: string;
  readonly notAfter: string;
  /** Of its last login; null: none. */
  readonly lastUsedAt: string | null;
  /** Certificates of the same company that end later. */
  readonly successors: number;
}

export interface ExpiryQuestion {
  readonly now: string;
  readonly until: string;
  readonly issuerKeys: readonly string[] | undefined;
  readonly companyId: string | undefined;
  /** Only certificates that logged in there. */
  readonly platform: string | undefined;
  readonly after: { readonly notAfter: string; readonly id: string } | null;
  readonly limit: number;
}

export interface VisitSummary {
  /** Platforms a holder was at, by the number of holders. A holder is a company, or a certificate of none. */
  readonly holdersByPlatforms: readonly { readonly platforms: number; readonly holders: number }[];
  readonly certificates: number;
  /** A key of its own for each platform that a holder was at. */
  readonly keysWithout: number;
  readonly keysSpared: number;
}

export interface NodeRecord {
  readonly id: string;
  readonly host: string;
  readonly startedAt: string;
  readonly seenAt: string;
  /** JSON. */
  readonly state: string;
}

/** An answer that was an error. */
export interface Refusal {
  readonly requestId: string;
  readonly at: string;
  /** Caller id; empty when nobody was known. */
  readonly caller: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly code: string;
  /** JSON. */
  readonly params: string;
}

export interface Acknowledgement {
  readonly at: string;
  readonly actor: string;
  readonly note: string;
}

export interface AlertRecord extends SupervisionEvent {
  readonly acknowledgement: Acknowledgement | null;
}

export interface StatisticsRepository {
  /** Sequence of the last entry of the audit log that is counted. */
  counted(): Promise<number>;
  /** Adds what the entries after `from` up to `to` come to. @returns false when they are counted already */
  add(from: number, to: number, counted: Counted): Promise<boolean>;
  cells(span: StatisticsSpan): Promise<readonly StatisticsCell[]>;
  hours(span: StatisticsSpan): Promise<readonly HourCount[]>;
  /** The first hour that is counted; null: none. */
  firstHour(): Promise<string | null>;
  /** Puts the hours from one to before another together under the first. @returns rows that this has spared */
  rollUp(from: string, until: string): Promise<number>;
  /** Of judgements that did not pass and log-ins that were given up, the most frequent first. */
  reasons(
    span: StatisticsSpan,
    limit: number,
  ): Promise<readonly { readonly action: string; readonly reason: string; readonly count: number }[]>;
  waits(span: StatisticsSpan): Promise<readonly { readonly seconds: number; readonly count: number }[]>;
  drivers(): Promise<readonly string[]>;
  caOfCertificates(): Promise<ReadonlyMap<string, string>>;
  names(kind: 'cas' | 'callers', ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Active certificates that end after `now` and before each of the instants, by issuer. */
  expiring(now: string, until: readonly string[], platform: string | undefined): Promise<readonly Expiring[]>;
  /** A certificate of this issuer, for its name. */
  certificateOfIssuer(issuerKey: string): Promise<Uint8Array | null>;
  expiringCertificates(question: ExpiryQuestion): Promise<readonly ExpiringCertificate[]>;
  /** @param keysPerPlatform  that a holder would need */
  visits(keysPerPlatform: number): Promise<VisitSummary>;
  certificatesOfDevice(deviceDigest: string): Promise<readonly DeviceUse[]>;
  registered(): Promise<{ readonly companies: number; readonly certificates: number; readonly platforms: number }>;

  beat(node: NodeRecord): Promise<void>;
  nodes(): Promise<readonly NodeRecord[]>;
  forgetNode(id: string): Promise<void>;
  forgetNodesBefore(instant: string): Promise<number>;

  addRefusals(refusals: readonly Refusal[]): Promise<void>;
  refusal(requestId: string): Promise<Refusal | null>;
  forgetRefusalsBefore(instant: string): Promise<number>;

  /** Newest first. */
  alerts(
    page: { readonly after: number | null; readonly limit: number },
    open: boolean,
  ): Promise<readonly AlertRecord[]>;
  alert(id: string): Promise<AlertRecord | null>;
  openAlerts(): Promise<number>;
  /** @returns false when somebody has done so before */
  acknowledge(sequence: number, acknowledgement: Acknowledgement): Promise<boolean>;
}
