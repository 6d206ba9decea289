import type { TrustAnchor } from '@onelock/core/path';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import type { Repositories } from './ports/store.ts';

/** What the CA registry says now. */
export interface Trust {
  readonly version: number;
  readonly trustAnchors: readonly TrustAnchor[];
  readonly intermediates: readonly Certificate[];
}

export interface TrustRegistry {
  /** Reads the registry's version each time and its certificates only when that has changed: a change acts at once, on every node. */
  current(repositories: Pick<Repositories, 'cas'>): Promise<Trust>;
}

export function createTrustRegistry(): TrustRegistry {
  let known: Trust | null = null;
  return {
    async current({ cas }) {
      const version = await cas.version();
      if (known?.version === version) return known;
      const certificates = await cas.activeCertificates();
      // What is in the registry was parsed at the door before it was stored.
      const parsed = certificates.map(({ kind, der }) => ({ kind, certificate: parseCertificate(der) }));
      const trust: Trust = {
        version,
        trustAnchors: parsed
          .filter(({ kind }) => kind === 'anchor')
          .map(({ certificate }) => ({ kind: 'certificate', certificate })),
        intermediates: parsed.filter(({ kind }) => kind === 'intermediate').map(({ certificate }) => certificate),
      };
      known = trust;
      return trust;
    },
  };
}
