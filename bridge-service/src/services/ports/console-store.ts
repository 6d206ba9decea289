import type { Caller } from './records.ts';

export const consoleRoles = ['operator', 'supervisor', 'administrator'] as const;
export type ConsoleRole = (typeof consoleRoles)[number];

/** What lets somebody into the console: one certificate, or whoever the certificates of registered CAs name by this document. */
export type ConsoleKeyKind = 'certificate' | 'person';

export interface ConsoleKey {
  readonly id: string;
  readonly callerId: string;
  readonly kind: ConsoleKeyKind;
  /** SM3 of the certificate's DER, or keyed digest of the document's number; hex. */
  readonly value: string;
  /** For people: subject of the certificate, or the person with the number masked. */
  readonly shown: string;
  readonly boundAt: string;
  /** Caller id. */
  readonly boundBy: string;
  readonly endedAt: string | null;
}

export interface ConsoleSession {
  /** SHA-256 of the cookie's secret, hex. */
  readonly digest: string;
  readonly callerId: string;
  /** null, like the next three, for a session that a one-time code began. */
  readonly keyId: string | null;
  readonly certificateDigest: string | null;
  readonly loginId: string | null;
  /** DER; null too for one that an earlier version began. */
  readonly certificate: Uint8Array | null;
  readonly createdAt: string;
  /** When it was last used, to the minute. */
  readonly seenAt: string;
  readonly expiresAt: string;
}

/** What a session must outlive to be open. */
export interface OpenAt {
  readonly expiresAfter: string;
  readonly seenAfter: string;
}

export interface ConsoleRepository {
  addKey(key: ConsoleKey): Promise<void>;
  /** Keys of these users, oldest first, ended ones included. */
  keysOf(callerIds: readonly string[]): Promise<readonly ConsoleKey[]>;
  /** The key that is bound now. */
  boundKey(kind: ConsoleKeyKind, value: string): Promise<ConsoleKey | null>;
  /** False when there was no such key bound. */
  endKey(callerId: string, id: string, at: string): Promise<boolean>;
  addSession(session: ConsoleSession): Promise<void>;
  /** With whose it is; of a revoked caller none is found. */
  session(digest: string): Promise<{ readonly session: ConsoleSession; readonly caller: Caller } | null>;
  /** Sessions that are not over, the newest first: of one user, or of all. */
  openSessions(now: OpenAt, callerId?: string): Promise<readonly ConsoleSession[]>;
  seeSession(digest: string, at: string): Promise<void>;
  endSession(digest: string): Promise<boolean>;
  /** Of a user, or of one key of theirs. */
  endSessionsOf(callerId: string, keyId?: string): Promise<number>;
  deleteExpiredBefore(instant: string): Promise<number>;
}
