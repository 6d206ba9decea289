import type { UrlOrigin } from '../outbound/index.ts';
import type { SourceKind } from '../services/ports/evidence-store.ts';

/** One address to ask, and on whose word. */
export interface Source {
  /** Names it in the database and in memory. */
  readonly name: string;
  readonly kind: SourceKind;
  readonly url: string;
  readonly origin: UrlOrigin;
  /** Of a source that an operator listed. */
  readonly caId: string | undefined;
}

export function listedSource(kind: SourceKind, caId: string, url: string): Source {
  return { name: `${kind} ${caId} ${url}`, kind, url, origin: 'registry', caId };
}

/**
 * A source that certificates name. It is told apart by its issuer's key: whoever makes certificates of their own can spoil the
 * service's opinion of an address for these, and for nobody else's.
 *
 * @param issuerKey  SM3 of the issuer's SubjectPublicKeyInfo, hex
 */
export function namedSource(kind: SourceKind, issuerKey: string, url: string): Source {
  return { name: `${kind} key:${issuerKey} ${url}`, kind, url, origin: 'certificate', caId: undefined };
}
