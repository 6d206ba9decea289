/** Tables of the room oidc; see {@link Tables} for what holds for all. */
export interface LoginTables {
  oidc_clients: {
    id: string;
    platform_id: string;
    name: string;
    /** SHA-256 of the client secret, hex; null for a client that can keep none. */
    secret_digest: string | null;
    /** JSON lists. */
    redirect_uris: string;
    post_logout_redirect_uris: string;
    backchannel_logout_uri: string | null;
    created_at: string;
    created_by: string;
    revoked_at: string | null;
  };
  /** Private keys as JWK, encrypted. */
  oidc_keys: { id: string; sealed: string; created_at: string };
  /** Sessions, interactions, codes, tokens: by digest of what names them, their content encrypted. */
  oidc_records: {
    model: string;
    id_digest: string;
    sealed: string;
    grant_digest: string | null;
    uid_digest: string | null;
    consumed_at: string | null;
    expires_at: string | null;
  };
}
