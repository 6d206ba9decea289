import type { Kysely } from 'kysely';
import type { ApplicationTables } from './application-tables.ts';
import type { ConsoleTables } from './console-tables.ts';
import type { CourtTables } from './court-tables.ts';
import type { EvidenceTables } from './evidence-tables.ts';
import type { ImportTables } from './import-tables.ts';
import type { LoginTables } from './login-tables.ts';
import type { PhoneTables } from './phone-tables.ts';
import type { StatisticsTables } from './statistics-tables.ts';
import type { WatchTables } from './watch-tables.ts';
import type { WebhookTables } from './webhook-tables.ts';

/**
 * The tables as kysely sees them. Portable by rule: instants are ISO 8601 text in UTC with milliseconds (sortable),
 * structured values are JSON text, counters are integers, bytes are the engine's bytes type.
 */
export interface Tables
  extends ApplicationTables,
    ConsoleTables,
    CourtTables,
    EvidenceTables,
    ImportTables,
    LoginTables,
    PhoneTables,
    StatisticsTables,
    WatchTables,
    WebhookTables {
  /** Request tickets that passed. */
  used_tickets: { nonce_digest: string; expires_at: string };
  callers: {
    id: string;
    name: string;
    role: string;
    /** JSON list. */
    permissions: string;
    /** SHA-256 of the bearer token, hex. The token itself is nowhere. */
    token_digest: string;
    created_at: string;
    created_by: string;
    revoked_at: string | null;
  };
  caller_origins: { caller_id: string; origin: string };
  administrator_codes: {
    id: string;
    code_digest: string;
    purpose: string;
    created_at: string;
    expires_at: string;
    used_at: string | null;
  };
  challenges: {
    id: string;
    /** SHA-256 of the challenge, hex. */
    challenge_digest: string;
    caller_id: string;
    origin: string;
    created_at: string;
    expires_at: string;
    consumed_at: string | null;
  };
  logins: {
    id: string;
    caller_id: string;
    origin: string;
    created_at: string;
    indication: string;
    certificate_digest: string;
    /** JSON; identity numbers are masked before they come here. */
    report: string;
    identity: string | null;
  };
  driver_catalogues: {
    version: number;
    digest: string;
    signed: Uint8Array;
    published_at: string;
    published_by: string;
  };
  cas: {
    id: string;
    name: string;
    state: string;
    created_at: string;
    updated_at: string;
  };
  ca_certificates: {
    ca_id: string;
    position: number;
    kind: string;
    der: Uint8Array;
    digest: string;
  };
  registry_state: { name: string; version: number };
  audit_log: {
    sequence: number;
    at: string;
    actor: string;
    role: string;
    action: string;
    target: string;
    outcome: string;
    reason: string;
    request_id: string;
    details_sm3: string;
    details_sha256: string;
    retain_until: string;
  };
  /** `retain_until` as in the entry, which is the one that counts. */
  audit_details: { sequence: number; salt: string; details: string; retain_until: string };
  /** Heads of whole subtrees of 2^8, 2^16, 2^24 … leaves, so that a proof reads some hundred rows. */
  audit_nodes: { level: number; position: number; sm3: string; sha256: string };
  /** One row. */
  audit_head: { id: number; log: string; size: number; frontier_sm3: string; frontier_sha256: string };
  /** What entries are about and by whom, by 48 bits of a digest, a segment of the log after the other. */
  audit_index: { segment: number; hash: number; sequence: number };
  audit_checkpoints: { size: number; at: string; checkpoint: string };
  /** By SM3 of the bytes. `used_on` is the last day of a judgement from it, `sealed_by` the key that sealed the bytes; empty: in clear. */
  evidence_items: { digest: string; bytes: Uint8Array; used_on: string; sealed_by: string };
  companies: {
    id: string;
    credit_code: string;
    name: string;
    state: string;
    /** JSON; what identifies a person is encrypted in it. */
    legal_person: string | null;
    agents: string;
    created_at: string;
    updated_at: string;
    version: number;
  };
  company_names: { company_id: string; name: string; since: string; until: string | null };
  certificates: {
    id: string;
    digest: string;
    issuer_key: string;
    serial_number: string;
    company_id: string | null;
    subject: string;
    issuer: string;
    not_before: string;
    not_after: string;
    key_digest: string;
    usage: string;
    medium: string | null;
    state: string;
    proven_at: string | null;
    proof: string | null;
    source: string;
    der: Uint8Array;
    created_at: string;
    updated_at: string;
    version: number;
  };
  seals: {
    id: string;
    code: string;
    company_id: string;
    name: string;
    kind: string;
    maker: string | null;
    state: string;
    data: Uint8Array | null;
    data_digest: string | null;
    /** JSON list. */
    certificates: string;
    valid_from: string | null;
    valid_until: string | null;
    created_at: string;
    updated_at: string;
    version: number;
  };
  record_history: {
    registry: string;
    record_id: string;
    version: number;
    at: string;
    actor: string;
    action: string;
    record: string;
    reason: string | null;
  };
  ca_profiles: { ca_id: string; profile: string; updated_at: string };
  platform_profiles: { caller_id: string; profile: string; updated_at: string };
  change_sets: {
    id: string;
    title: string;
    reason: string;
    state: string;
    urgent: number;
    /** JSON, like the next ones. */
    operations: string;
    digest: string;
    preview: string;
    proposed_by: string;
    proposed_at: string;
    approvals: string;
    apply_at: string | null;
    applied_at: string | null;
    effects: string | null;
    signature: string | null;
    rolled_back_at: string | null;
    parent: string | null;
    failure: string | null;
    updated_at: string;
  };
  bid_openings: {
    id: string;
    platform_id: string;
    title: string;
    starts_at: string;
    ends_at: string;
    created_by: string;
    created_at: string;
    cancelled_at: string | null;
  };
  service_facts: { name: string; value: string };
  idempotent_answers: {
    caller_id: string;
    key_digest: string;
    request_digest: string;
    /** Encrypted under a key that only the caller's bearer token opens. */
    answer: Uint8Array;
    created_at: string;
  };
}

export type ServiceDatabase = Kysely<Tables>;
