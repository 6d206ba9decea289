import type { Reason } from '@onelock/core/verdict';

/** One address. `issuer`: SM3 of the CA certificate whose certificates it speaks about, hex; all of the CA's when absent. */
export interface SourceAddress {
  readonly url: string;
  readonly issuer?: string | undefined;
}

/** Where evidence about a CA's certificates is to be had. Each kind that has an address replaces what certificates say. */
export interface CaSources {
  readonly ocsp: readonly SourceAddress[];
  readonly crl: readonly SourceAddress[];
  readonly deltaCrl: readonly SourceAddress[];
  readonly caIssuers: readonly SourceAddress[];
  readonly tsa: readonly SourceAddress[];
  /** Which is asked first where there are both. */
  readonly prefer: 'crl' | 'ocsp';
  /** `send`: an answer without it counts too. */
  readonly ocspNonce: 'none' | 'send' | 'require';
  readonly ocspDigest: 'sha1' | 'sha256' | 'sm3';
  readonly ocspMethod: 'post' | 'get';
  /** Whether addresses in certificates count for kinds that have none here. */
  readonly certificateUrls: 'used' | 'ignored';
  /**
   * What counts where nobody can tell whether a certificate of the CA is revoked. `require`: nothing is decided. `if-available`: it passes, and the
   * answer says that revocation was not checked.
   */
  readonly revocation: RevocationRule;
}

export const revocationRules = ['require', 'if-available'] as const;
export type RevocationRule = (typeof revocationRules)[number];

export const noSources: CaSources = {
  ...{ ocsp: [], crl: [], deltaCrl: [], caIssuers: [], tsa: [] },
  ...{ prefer: 'crl', ocspNonce: 'none', ocspDigest: 'sha1', ocspMethod: 'post', certificateUrls: 'used' },
  // Of CAs that entered before there was a rule; one that enters now is given its own.
  revocation: 'if-available',
};

export type SourceKind = 'crl' | 'ocsp' | 'ca-issuers' | 'tsa';

/** What became of asking a source. Instants are ISO 8601 in UTC. */
export interface SourceState {
  /** Names it in the database: kind, whose word it is, address. */
  readonly source: string;
  readonly kind: SourceKind;
  readonly url: string;
  /** In a row; 0 after a success. */
  readonly failures: number;
  readonly lastAttemptAt: string | null;
  readonly lastSuccessAt: string | null;
  /** Not before. */
  readonly nextAttemptAt: string;
  readonly lastError: Reason | null;
}

export interface StoredList {
  readonly source: string;
  readonly url: string;
  readonly digest: string;
  readonly size: number;
  readonly issuer: string;
  readonly signer: string;
  readonly crlNumber: bigint | null;
  readonly baseNumber: bigint | null;
  readonly thisUpdate: string;
  readonly nextUpdate: string | null;
  readonly entries: number;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly fetchedAt: string;
  readonly refreshAt: string;
}

export interface StoredResponse {
  readonly certificate: string;
  readonly url: string;
  readonly response: Uint8Array;
  readonly thisUpdate: string;
  readonly nextUpdate: string | null;
  readonly fetchedAt: string;
  readonly refreshAt: string;
}

export interface HeldBlob {
  readonly digest: string;
  readonly kind: 'crl';
  readonly size: number;
  readonly at: string;
  readonly retainUntil: string;
}

export interface EvidenceRepository {
  /** Of active CAs. */
  activeSources(): Promise<readonly { readonly caId: string; readonly sources: CaSources }[]>;
  sourcesOf(caId: string): Promise<{ readonly sources: CaSources; readonly updatedAt: string } | null>;
  /** Counts as a change of the CA registry. */
  setSources(caId: string, sources: CaSources, at: string): Promise<void>;

  states(): Promise<readonly SourceState[]>;
  setState(state: SourceState): Promise<void>;
  /** Takes the right to ask a source: true for the one node that may, until `until`. */
  claim(source: Pick<SourceState, 'source' | 'kind' | 'url'>, now: string, until: string): Promise<boolean>;

  lists(): Promise<readonly StoredList[]>;
  list(source: string): Promise<StoredList | null>;
  setList(list: StoredList): Promise<void>;
  forgetList(source: string): Promise<boolean>;
  /** Postpones the next download of a list that has not changed. */
  keepList(source: string, fetchedAt: string, refreshAt: string): Promise<void>;
  addPart(digest: string, part: number, bytes: Uint8Array): Promise<void>;
  part(digest: string, part: number): Promise<Uint8Array | null>;
  /** Keeps the pieces of an item at least until then, whatever refers to it. */
  holdBlob(blob: HeldBlob): Promise<void>;
  /** Removes the pieces of items that nothing refers to and whose time to be kept is over. */
  deleteUnusedParts(now: string): Promise<number>;

  response(certificate: string): Promise<StoredResponse | null>;
  setResponse(response: StoredResponse): Promise<void>;
  deleteResponsesBefore(instant: string): Promise<number>;
}

export interface TsaRepository {
  /** The next serial number, and the time of the stamp: later than every one before. */
  next(now: number): Promise<{ readonly serial: number; readonly time: number }>;
}
