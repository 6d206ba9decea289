/** Tables of the watch-list and of what supervision is told; see {@link Tables} for what holds for all. */
export interface WatchTables {
  watch_entries: {
    id: string;
    kind: string;
    /** Keyed digest of the value in comparable form. */
    value_digest: string;
    /** The value, encrypted. */
    sealed: string;
    shown: string;
    action: string;
    reason: string;
    evidence: string;
    state: string;
    proposed_by: string;
    proposed_at: string;
    expires_at: string;
    updated_at: string;
    decided_by: string | null;
    decided_at: string | null;
    ended_by: string | null;
    ended_at: string | null;
    end_reason: string | null;
    cleared_until: string | null;
  };
  supervision_events: { sequence: number; id: string; at: string; type: string; data: string };
}
