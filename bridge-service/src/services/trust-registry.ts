import type { TrustAnchor } from '@onelock/core/path';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { type Authority, AuthorityIndex } from './authority-index.ts';
import type { CaProfile } from './ports/registry-records.ts';
import type { Readings } from './ports/store.ts';

/** What the CA registry says now. */
export interface Trust {
  readonly version: number;
  readonly trustAnchors: readonly TrustAnchor[];
  readonly intermediates: readonly Certificate[];
  /** The same by name, and where evidence about their certificates is to be had. */
  readonly authorities: AuthorityIndex;
  /** How CAs are read, where the registry says so. */
  readonly profiles: ReadonlyMap<string, CaProfile>;
}

export interface TrustRegistry {
  /** Reads the registry's version each time and its certificates only when that has changed: a change acts at once, on every node. */
  current(readings: Pick<Readings, 'cas' | 'evidence' | 'profiles'>): Promise<Trust>;
}

export function createTrustRegistry(): TrustRegistry {
  let known: Trust | null = null;
  return {
    async current({ cas, evidence, profiles }) {
      const version = await cas.version();
      if (known?.version === version) return known;
      const certificates = await cas.activeCertificates();
      const sources = await evidence.activeSources();
      const caProfiles = await profiles.cas();
      // What is in the registry was parsed at the door before it was stored.
      const authorities = certificates.map(
        ({ caId, kind, der, digest }): Authority => ({ caId, kind, digest, certificate: parseCertificate(der) }),
      );
      const trust: Trust = {
        version,
        trustAnchors: authorities
          .filter(({ kind }) => kind === 'anchor')
          .map(({ certificate }) => ({ kind: 'certificate', certificate })),
        intermediates: authorities.filter(({ kind }) => kind === 'intermediate').map(({ certificate }) => certificate),
        authorities: new AuthorityIndex(authorities, new Map(sources.map((row) => [row.caId, row.sources]))),
        profiles: new Map(caProfiles),
      };
      known = trust;
      return trust;
    },
  };
}
