import type { Kysely } from 'kysely';
import type { EvidenceTables } from './evidence-tables.ts';

/**
 * The tables as kysely sees them. Portable by rule: instants are ISO 8601 text in UTC with milliseconds (sortable),
 * structured values are JSON text, counters are integers, bytes are the engine's bytes type.
 */
export interface Tables extends EvidenceTables {
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
  audit_entries: {
    sequence: number;
    at: string;
    actor: string;
    role: string;
    action: string;
    target: string;
    outcome: string;
    reason: string;
    payload_digest: string;
    request_id: string;
    previous_hash: string;
    hash: string;
  };
  audit_payloads: { sequence: number; salt: string; payload: string; retain_until: string };
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
