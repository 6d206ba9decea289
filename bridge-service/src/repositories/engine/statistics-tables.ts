/** Tables of what was counted; see {@link Tables} for what holds for all. */
export interface StatisticsTables {
  /** `hour` is the beginning of an instant: 2026-11-22T08. Empty text: not known, or none. */
  statistics_counts: {
    hour: string;
    action: string;
    platform: string;
    ca: string;
    driver: string;
    outcome: string;
    reason: string;
    count: number;
  };
  /** Time from the challenge to the login token, by the upper bound of its class in seconds. */
  statistics_waits: { hour: string; platform: string; ca: string; seconds: number; count: number };
  statistics_visits: { certificate_digest: string; platform: string; last_at: string; logins: number };
  /** Devices by a keyed digest of their serial number. */
  statistics_devices: {
    device_digest: string;
    certificate_digest: string;
    driver: string;
    last_at: string;
    logins: number;
  };
  /** One row: the last entry of the audit log that is counted. */
  statistics_progress: { name: string; sequence: number };
  /** `state` is JSON. */
  nodes: { id: string; host: string; started_at: string; seen_at: string; state: string };
  refusals: {
    request_id: string;
    at: string;
    caller: string;
    method: string;
    route: string;
    status: number;
    code: string;
    /** JSON; identity numbers masked. */
    params: string;
  };
  event_acknowledgements: { sequence: number; at: string; actor: string; note: string };
}
