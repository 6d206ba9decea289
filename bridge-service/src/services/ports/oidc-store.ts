import type { PageRequest } from './store.ts';

/** A platform's program that logs people in through the provider. Administrators register it. */
export interface OidcClient {
  readonly id: string;
  readonly platformId: string;
  readonly name: string;
  /** SHA-256 of its secret, hex; null for one that can keep none (PKCE alone proves who began). */
  readonly secretDigest: string | null;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly backchannelLogoutUri: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly revokedAt: string | null;
}

/** A signing key, newest last; `sealed` opens with the service's data key alone. */
export interface OidcKeyRecord {
  readonly id: string;
  readonly sealed: string;
  readonly createdAt: string;
}

/** A session, interaction, code or token. Digests are SHA-256, hex. */
export interface OidcRecord {
  readonly model: string;
  readonly idDigest: string;
  readonly sealed: string;
  readonly grantDigest: string | null;
  readonly uidDigest: string | null;
  readonly consumedAt: string | null;
  readonly expiresAt: string | null;
}

export interface OidcRepository {
  addClient(client: OidcClient): Promise<void>;
  /** Revoked ones too. */
  client(id: string): Promise<OidcClient | null>;
  clients(page: PageRequest<string>): Promise<readonly OidcClient[]>;
  /** True when it was there and not revoked. */
  revokeClient(id: string, at: string): Promise<boolean>;

  keys(): Promise<readonly OidcKeyRecord[]>;
  addKey(key: OidcKeyRecord): Promise<void>;
  deleteKey(id: string): Promise<void>;

  put(record: OidcRecord): Promise<void>;
  find(model: string, idDigest: string, now: string): Promise<OidcRecord | null>;
  findByUid(model: string, uidDigest: string, now: string): Promise<OidcRecord | null>;
  /** True for the one call that used it. */
  consume(model: string, idDigest: string, now: string): Promise<boolean>;
  destroy(model: string, idDigest: string): Promise<void>;
  /** Everything that came of one grant. */
  destroyGrant(model: string, grantDigest: string): Promise<void>;
  deleteExpiredBefore(instant: string): Promise<number>;
}
