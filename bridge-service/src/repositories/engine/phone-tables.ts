/** Tables of phones and of what screens ask of them; see {@link Tables} for what holds for all. */
export interface PhoneTables {
  phones: {
    id: string;
    secret_digest: string;
    public_key_digest: string;
    pin_digest: string;
    share: string;
    failures: number;
    locked_at: string | null;
    created_at: string;
    used_at: string | null;
  };
  phone_orders: {
    id: string;
    kind: string;
    state: string;
    owner_digest: string;
    platform_id: string;
    client_id: string;
    client_name: string;
    site: string;
    origin: string;
    token_digest: string;
    code_digest: string;
    secrets: string;
    check_code: string;
    phone_id: string | null;
    contested_at: string | null;
    unlocked_at: string | null;
    challenge: string | null;
    result: string | null;
    reason: string | null;
    screen_digest: string | null;
    /** JSON. */
    asked_from: string | null;
    match_needed: number;
    match_failures: number;
    created_at: string;
    expires_at: string;
    version: number;
  };
}
