import { call, type Page } from '../../api/call.ts';
import type { CodeParams } from '../../words/codes.ts';

export interface CaCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly digest: string;
  readonly der: string;
}

export interface Ca {
  readonly id: string;
  readonly name: string;
  readonly state: 'active' | 'off-boarded';
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly anchors: readonly CaCertificate[];
  readonly intermediates: readonly CaCertificate[];
}

export interface EvidenceSource {
  readonly source: string;
  readonly caId: string | null;
  readonly kind: 'crl' | 'ocsp' | 'ca-issuers' | 'tsa';
  readonly url: string;
  readonly failures: number;
  readonly lastAttemptAt: string | null;
  readonly lastSuccessAt: string | null;
  readonly nextAttemptAt: string;
  readonly lastError: { readonly code: string; readonly params: CodeParams } | null;
  readonly list: {
    readonly entries: number;
    readonly size: number;
    readonly crlNumber: string | null;
    readonly baseNumber: string | null;
    readonly thisUpdate: string;
    readonly nextUpdate: string | null;
    readonly refreshAt: string;
    readonly stale: boolean;
  } | null;
}

export type SourceState = 'stale' | 'failing' | 'waiting' | 'fresh';

export interface SourcePage extends Page<EvidenceSource & { readonly state: SourceState }> {
  /** Of all sources that were asked about, whatever their state. */
  readonly counts: Readonly<Record<SourceState, number>>;
}

interface SourceQuery {
  readonly ca?: string;
  readonly state?: SourceState;
  readonly cursor?: string | undefined;
  readonly limit?: number;
}

export const sourceKinds = ['ocsp', 'crl', 'deltaCrl', 'caIssuers', 'tsa'] as const;
export type SourceKind = (typeof sourceKinds)[number];

interface Address {
  readonly url: string;
  readonly issuer?: string;
}

export interface CaSources extends Readonly<Record<SourceKind, readonly Address[]>> {
  readonly caId: string;
  readonly updatedAt: string | null;
  readonly prefer: 'crl' | 'ocsp';
  readonly ocspNonce: 'none' | 'send' | 'require';
  readonly ocspDigest: 'sha1' | 'sha256' | 'sm3';
  readonly ocspMethod: 'post' | 'get';
  readonly certificateUrls: 'used' | 'ignored';
  readonly revocation: RevocationRule;
}

export const revocationRules = ['require', 'if-available'] as const;
export type RevocationRule = (typeof revocationRules)[number];

export interface Contact {
  readonly name: string;
  readonly duty: string;
  readonly phone?: string;
  readonly email?: string;
}

export const deviationRules = ['usual', 'declared-only'] as const;

export interface CaProfile {
  readonly contacts: readonly Contact[];
  readonly serviceLevel: {
    readonly availabilityPercent?: number;
    readonly responseMinutes?: number;
    readonly hours?: string;
  };
  readonly identityPlaces: readonly {
    readonly source: string;
    readonly in: 'extension' | 'subject';
    readonly oids: readonly string[];
    readonly reading: 'whole' | 'after-scheme' | 'second-part';
  }[];
  readonly deviations: readonly { readonly symptom: string; readonly since: string; readonly until: string }[];
  readonly deviationRule: (typeof deviationRules)[number];
}

export const cas = {
  list: (cursor?: string, limit?: number) => call<Page<Ca>>('GET', '/v1/cas', { query: { cursor, limit } }),
  find: (id: string) => call<Ca>('GET', `/v1/cas/${id}`),
  register: (body: object, key: string) => call<Ca>('POST', '/v1/cas', { body, key }),
  /** All sources of some CAs. */
  states: async (...ids: readonly string[]): Promise<readonly EvidenceSource[]> => {
    const found: EvidenceSource[] = [];
    for (let cursor: string | undefined; ids.length > 0; ) {
      const page: SourcePage = await cas.sourcePage({ ca: ids.join(','), cursor, limit: 200 });
      found.push(...page.items);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    return found;
  },
  sourcePage: (query: SourceQuery) => call<SourcePage>('GET', '/v1/evidence-sources', { query: { ...query } }),
  refresh: (id: string, key: string) => call('POST', `/v1/cas/${id}/sources/refresh`, { key }),
  forgetList: (id: string, source: string, key: string) =>
    call('POST', `/v1/cas/${id}/sources/forget-list`, { body: { source }, key }),
  sources: (id: string) => call<CaSources>('GET', `/v1/cas/${id}/sources`),
  setSources: (id: string, body: object, key: string, seen: object | undefined) =>
    call<CaSources>('PUT', `/v1/cas/${id}/sources`, { body, key, seen }),
  profile: (id: string) => call<CaProfile>('GET', `/v1/cas/${id}/profile`),
  setProfile: (id: string, body: CaProfile, key: string, seen: CaProfile) =>
    call<CaProfile>('PUT', `/v1/cas/${id}/profile`, { body, key, seen }),
};

export type Standing = 'good' | 'care' | 'bad' | 'waiting';

/** How a source does: `bad` after three failures in a row or with a list past its time, `waiting` before it was ever asked. */
export function standingOf({ failures, lastSuccessAt, list }: EvidenceSource): Standing {
  if (failures >= 3 || list?.stale === true) return 'bad';
  if (failures > 0) return 'care';
  return lastSuccessAt === null ? 'waiting' : 'good';
}

/** The worst of several, which is what a person has to know first; null for none. */
export function worstOf(sources: readonly EvidenceSource[]): Standing | null {
  const standings = sources.map(standingOf);
  return (['bad', 'care', 'waiting', 'good'] as const).find((one) => standings.includes(one)) ?? null;
}
