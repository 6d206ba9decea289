/** Tables of the import of the stock; see `Tables` for what holds for all. */
export interface ImportTables {
  imports: {
    id: string;
    name: string;
    size: number;
    digest: string;
    received: number;
    state: string;
    /** JSON, as are counts, preview, failure and starter. */
    settings: string;
    position: number;
    total: number | null;
    counts: string;
    new_companies: number;
    open_conflicts: number;
    preview: string | null;
    failure: string | null;
    created_by: string;
    created_at: string;
    starter: string | null;
    started_at: string | null;
    finished_at: string | null;
    updated_at: string;
    lease_owner: string | null;
    lease_until: string | null;
  };
  /** What was uploaded, piece by piece; `start` is the place of its first byte. Erased when the import ends. */
  import_parts: { import_id: string; start: number; bytes: Uint8Array };
  import_rows: {
    import_id: string;
    number: number;
    place: string;
    fate: string;
    outcome: string | null;
    /** Words with a space before and after each. */
    findings: string;
    reason: string | null;
    certificate_digest: string | null;
    certificate_id: string | null;
    company_id: string | null;
    credit_code: string | null;
    company_name: string | null;
    subject: string | null;
    decision: string | null;
    decided_by: string | null;
    decided_at: string | null;
  };
  /** Rows that wait for a decision; gone once decided. */
  import_conflicts: { import_id: string; number: number; findings: string; payload: string; der: Uint8Array | null };
  import_batches: { import_id: string; first: number; last: number; rows: string };
}
