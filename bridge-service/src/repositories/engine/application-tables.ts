/** Tables of applications for certificates; see {@link Tables} for what holds for all. */
export interface ApplicationTables {
  ca_enrolments: { ca_id: string; enrolment: string; updated_at: string };
  applications: {
    id: string;
    kind: string;
    state: string;
    ca_id: string;
    product: string;
    platform_id: string | null;
    key_digest: string | null;
    credit_code: string;
    subject: string;
    applicant: string;
    company_id: string | null;
    renews: string | null;
    request: Uint8Array | null;
    request_key_digest: string | null;
    proof: Uint8Array | null;
    signing_certificate: Uint8Array | null;
    encryption_certificate: Uint8Array | null;
    /** JSON, base64 each. */
    chain: string;
    envelope_kind: string | null;
    envelope: Uint8Array | null;
    reason: string | null;
    attempts: number;
    next_attempt_at: string | null;
    created_at: string;
    updated_at: string;
    submitted_at: string | null;
    issued_at: string | null;
    installed_at: string | null;
    version: number;
  };
  application_steps: {
    application_id: string;
    position: number;
    at: string;
    state: string;
    reason: string | null;
  };
}
