/** Tables of the console; see {@link Tables} for what holds for all. */
export interface ConsoleTables {
  console_keys: {
    id: string;
    caller_id: string;
    kind: string;
    /** SM3 of the certificate, or keyed digest of the person's document number; hex. */
    value: string;
    /** For people: the certificate's subject, or the person with the number masked. */
    shown: string;
    bound_at: string;
    bound_by: string;
    ended_at: string | null;
  };
  console_sessions: {
    /** SHA-256 of the cookie's secret, hex. */
    digest: string;
    caller_id: string;
    /** null for a session that a one-time code began, like the next two. */
    key_id: string | null;
    certificate_digest: string | null;
    login_id: string | null;
    /** DER. */
    certificate: Uint8Array | null;
    created_at: string;
    seen_at: string;
    expires_at: string;
  };
}
