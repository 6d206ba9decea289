import type { Indication } from '@onelock/core/verdict';

export const roles = ['platform', 'operator', 'supervisor', 'vendor', 'administrator', 'agent'] as const;
export type Role = (typeof roles)[number];

/** What a role alone does not allow. `explicit-evidence`: own trust anchors, time, profile, revocation data and mode in a judgement. */
export const permissions = ['explicit-evidence'] as const;
export type Permission = (typeof permissions)[number];

/** Someone who may speak to the service. Instants are ISO 8601 in UTC, here and in every record. */
export interface Caller {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** Serialised origins of a platform's pages; empty for other roles. */
  readonly origins: readonly string[];
  readonly createdAt: string;
  /** Caller id, or `one-time-code`. */
  readonly createdBy: string;
  readonly revokedAt: string | null;
}

export interface AdministratorCode {
  readonly id: string;
  /** SHA-256 of the code, hex. */
  readonly codeDigest: string;
  readonly purpose: 'first-administrator' | 'break-glass';
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface Challenge {
  readonly id: string;
  /** SHA-256 of the challenge, hex. */
  readonly challengeDigest: string;
  /** The platform it was given to; nobody else's login consumes it. */
  readonly callerId: string;
  readonly origin: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface Login {
  readonly id: string;
  readonly callerId: string;
  readonly origin: string;
  readonly createdAt: string;
  readonly indication: Indication;
  /** SM3 of the certificate's DER, hex. */
  readonly certificateDigest: string;
  /** JSON, identity numbers masked. */
  readonly report: string;
  /** JSON, identity numbers masked; null unless the login passed. */
  readonly identity: string | null;
}

export type CaState = 'active' | 'off-boarded';

export interface CaCertificate {
  readonly kind: 'anchor' | 'intermediate';
  readonly der: Uint8Array;
  /** SM3 of the DER, hex. */
  readonly digest: string;
}

export interface Ca {
  readonly id: string;
  readonly name: string;
  readonly state: CaState;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly certificates: readonly CaCertificate[];
}

/** One line of the audit log: digests and names of acts, never personal data. All of it is hashed (audit/entry.ts). */
export interface AuditEntry {
  /** 1, 2, 3 … without gaps. */
  readonly sequence: number;
  readonly at: string;
  /** Caller id, `anonymous`, or `server-console` for acts of someone at the server itself. */
  readonly actor: string;
  readonly role: Role | 'none';
  /** E.g. `certificate.validate`, `login.judge`, `ca.register`. */
  readonly action: string;
  /** Id of a record, or a digest. */
  readonly target: string;
  /** `passed | failed | indeterminate` of a judgement, `done` of an act, `refused` of an attempt. */
  readonly outcome: Indication | 'done' | 'refused';
  /** Code of the registry, or empty. */
  readonly reason: string;
  readonly requestId: string;
  /** Over salt and details, hex. */
  readonly detailsSm3: string;
  readonly detailsSha256: string;
  /** When the details beside the entry may go. */
  readonly retainUntil: string;
}

/** What stands beside an entry until its retention ends. */
export interface AuditDetails {
  /** 32 random bytes, hex: without them a digest of little data could be guessed. */
  readonly salt: string;
  /** JSON. */
  readonly details: string;
}

/** An entry before the log has given it its place. */
export interface AuditDraft extends Omit<AuditEntry, 'sequence'> {
  readonly details: AuditDetails;
  /** What a judgement was made from, kept once each, by digest. */
  readonly evidence: readonly EvidenceItem[];
  /** The log's name from this entry on: of a declared restoration alone. */
  readonly nextLog?: string;
}

/** Bytes that a judgement depended on: a certificate, a list, a response, a message. */
export interface EvidenceItem {
  /** SM3, hex. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** An item as the database has it. */
export interface KeptItem extends EvidenceItem {
  /** Id of the key that sealed the bytes; empty: they are in clear, as an earlier version kept them. */
  readonly sealedBy: string;
}

export interface IdempotentAnswer {
  readonly callerId: string;
  /** SHA-256 of the Idempotency-Key, hex. */
  readonly keyDigest: string;
  readonly requestDigest: string;
  /** Encrypted; see services/idempotency.ts. */
  readonly answer: Uint8Array;
  readonly createdAt: string;
}

/** A driver catalogue as its keeper signed it. */
export interface DriverCatalogueRecord {
  readonly version: number;
  /** SHA-256 of `signed`, hex. */
  readonly digest: string;
  /** DER of CMS SignedData. */
  readonly signed: Uint8Array;
  readonly publishedAt: string;
  readonly publishedBy: string;
}
