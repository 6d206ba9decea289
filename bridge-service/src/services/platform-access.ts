import { createHash } from 'node:crypto';
import { fromBase64, toHex } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { type Followed, follow } from './follow.ts';
import type { PlatformAuthentication } from './ports/registry-records.ts';
import type { Store } from './ports/store.ts';
import { readCertificate } from './read-certificates.ts';

/** How a platform shows who it is, and how much it may ask. */
export interface PlatformAccess {
  readonly authentication: PlatformAuthentication;
  readonly keys: ReadonlyMap<string, PublicKey>;
  /** null: what the configuration allows every caller. */
  readonly requestsPerMinute: number | null;
}

/** Of every platform that has a profile. */
export interface PlatformDirectory {
  of(callerId: string): PlatformAccess | undefined;
  /** The platform whose TLS certificate this is, and its end; by SHA-256 of the DER, hex. */
  byCertificate(digest: string): { readonly callerId: string; readonly notAfter: Date } | undefined;
}

export type PlatformAccesses = Followed<PlatformDirectory>;

export const certificateName = (der: Uint8Array): string => toHex(createHash('sha256').update(der).digest());

/** Keeps what profiles say in memory: it is asked with every request. */
export function followPlatforms(store: Store, onFailure: (error: unknown) => void): Promise<PlatformAccesses> {
  return follow(
    {
      version: () => store.profiles.version(),
      read: () => readDirectory(store),
      listen: (changed) =>
        store.subscribe('registry.changed', ({ registry }) => {
          if (registry === 'platforms') changed();
        }),
      onFailure,
    },
    store,
  );
}

async function readDirectory({ profiles }: Pick<Store, 'profiles'>): Promise<PlatformDirectory> {
  const platforms = new Map<string, PlatformAccess>();
  const certificates = new Map<string, { readonly callerId: string; readonly notAfter: Date }>();
  for (const [callerId, profile] of await profiles.platforms()) {
    // What is in the registry was parsed at the door before it was stored.
    const keys = new Map(profile.keys.map(({ id, publicKey }) => [id, parsePublicKey(fromBase64(publicKey))]));
    const { authentication, requestsPerMinute } = profile;
    platforms.set(callerId, { authentication, keys, requestsPerMinute });
    for (const { certificate: text } of profile.clientCertificates) {
      const certificate = readCertificate(text, '/certificate');
      certificates.set(certificateName(certificate.der), { callerId, notAfter: certificate.notAfter });
    }
  }
  return { of: (callerId) => platforms.get(callerId), byCertificate: (digest) => certificates.get(digest) };
}
