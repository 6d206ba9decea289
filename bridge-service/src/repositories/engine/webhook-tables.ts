/** The table of webhooks; see {@link Tables} for what holds for all. */
export interface WebhookTables {
  webhooks: {
    id: string;
    name: string;
    url: string;
    sealed_secret: string;
    /** The secret before the last rotation, until it ends. */
    sealed_previous: string | null;
    previous_until: string | null;
    created_at: string;
    created_by: string;
    /** Sequence of the last event that it has confirmed. */
    told: number;
    failures: number;
    /** Whoever moves it on may try. */
    next_attempt_at: string;
    last_success_at: string | null;
    last_error: string | null;
    revoked_at: string | null;
  };
}
