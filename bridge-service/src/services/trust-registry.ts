import type { TrustAnchor } from '@onelock/core/path';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { type Authority, AuthorityIndex } from './authority-index.ts';
import type { Readings } from './ports/store.ts';

/** What the CA registry says now. */
export interface Trust {
  readonly version: number;
  readonly trustAnchors: readonly TrustAnchor[];
  readonly intermediates: readonly Certificate[];
  /** The same by name, and where evidence about their certificates is to be had. */
  readonly authorities: AuthorityIndex;
}

export interface TrustRegistry {
  /** Reads the registry's version each time and its certificates only when that has changed: a change acts at once, on every node. */
  current(readings: Pick<Readings, 'cas' | 'evidence'>): Promise<Trust>;
}

export function createTrustRegistry(): TrustRegistry {
  let known: Trust | null = null;
  return {
    async current({ cas, evidence }) {
      const version = await cas.version();
      if (known?.version === version) return known;
      const certificates = await cas.activeCertificates();
      const sources = await evidence.activeSources();
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
      };
      known = trust;
      return trust;
    },
  };
}
