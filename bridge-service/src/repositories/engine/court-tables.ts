/** Tables of signed requests, counted quotas and what platforms are told; see {@link Tables} for what holds for all. */
export interface CourtTables {
  /** SHA-256 of caller and nonce, hex. */
  request_nonces: { nonce_digest: string; expires_at: string };
  /** Requests that nodes have taken from a caller's minute. */
  quota_windows: { caller_id: string; window_start: string; taken: number };
  platform_webhooks: {
    id: string;
    caller_id: string;
    url: string;
    /** JSON list. */
    events: string;
    sealed_secret: string;
    /** The secret before the last rotation, until it ends. */
    sealed_previous: string | null;
    previous_until: string | null;
    created_at: string;
    last_success_at: string | null;
    last_error: string | null;
    revoked_at: string | null;
  };
  platform_messages: {
    id: string;
    webhook_id: string;
    at: string;
    type: string;
    /** JSON; no personal data. */
    data: string;
    state: string;
    attempts: number;
    next_attempt_at: string;
    last_error: string | null;
    delivered_at: string | null;
  };
}
