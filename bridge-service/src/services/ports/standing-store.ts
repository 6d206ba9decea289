/** A record of the registries that is not in use any more: a suspended or retired certificate, a closed company. */
export interface Standing {
  readonly registry: 'certificates' | 'companies';
  readonly id: string;
  readonly state: string;
}

/** What the registries hold against uses. */
export interface Inactive {
  /** By SM3 of the certificate, hex: its own state, or that of its company. Those that have ended are left out. */
  readonly certificates: ReadonlyMap<string, Standing>;
  /** By credit code. */
  readonly companies: ReadonlyMap<string, Standing>;
}

export interface StandingRepository {
  inactive(now: string): Promise<Inactive>;
  /** Says to every node that something was suspended, closed or taken back. */
  changed(): Promise<void>;
}
