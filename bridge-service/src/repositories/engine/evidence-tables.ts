/** Tables of the rooms evidence and tsa; see {@link Tables} for what holds for all. */
export interface EvidenceTables {
  /** Where evidence about a CA's certificates is to be had: JSON. */
  ca_sources: { ca_id: string; sources: string; updated_at: string };
  /** What became of asking a source. */
  source_states: {
    source: string;
    kind: string;
    url: string;
    failures: number;
    last_attempt_at: string | null;
    last_success_at: string | null;
    next_attempt_at: string;
    /** JSON of a Reason. */
    last_error: string | null;
  };
  /** The list that counts of each source. */
  evidence_lists: {
    source: string;
    url: string;
    /** SM3, hex: where its bytes are in `evidence_parts`. */
    digest: string;
    size: number;
    /** DER of the name, hex. */
    issuer: string;
    /** SM3 of the SubjectPublicKeyInfo that signed it, hex. */
    signer: string;
    /** Decimal: numbers may have 20 octets. */
    crl_number: string | null;
    base_number: string | null;
    this_update: string;
    next_update: string | null;
    entries: number;
    etag: string | null;
    last_modified: string | null;
    fetched_at: string;
    refresh_at: string;
  };
  /** Bytes in pieces, so that no write holds the database up. */
  evidence_parts: { digest: string; part: number; bytes: Uint8Array };
  /** Evidence that judgements were made by, each item once. */
  evidence_blobs: { digest: string; kind: string; size: number; first_seen_at: string; retain_until: string };
  ocsp_responses: {
    /** Digest of issuer key and serial number, hex. */
    certificate: string;
    url: string;
    response: Uint8Array;
    this_update: string;
    next_update: string | null;
    fetched_at: string;
    refresh_at: string;
  };
  tsa_state: { name: string; serial: number; last_time: number };
}
