import { concatBytes, toBase64, utf8Encode } from '@onelock/core/bytes';
import type { Ports } from './ports/ports.ts';

/** The origins of trading platforms, for agents, as the service answers for them. */
export interface PublishedOrigins {
  /** Base64 of JSON: { kind, issuedAt, expiresAt, origins: [{ origin, platform, name }] }. What is signed is what is read. */
  readonly registry: string;
  readonly algorithm: 'sm2-sm3';
  /** Id of the service's key. */
  readonly key: string;
  /** Over `onelock-origin-registry-v1\n` and the bytes of the registry; DER, base64. */
  readonly signature: string;
}

const domain = utf8Encode('onelock-origin-registry-v1\n');
const pageSize = 200;

/** Signs the registry of origins as it stands, for so long as an agent may believe it. */
export async function publishOrigins({ store, clock, key, changes }: Ports): Promise<PublishedOrigins> {
  const origins: { origin: string; platform: string; name: string }[] = [];
  let after: string | null = null;
  for (let more = true; more; ) {
    const page = await store.callers.list({ after, limit: pageSize }, 'platform');
    for (const { id, name, origins: own, revokedAt } of page)
      if (revokedAt === null) for (const origin of own) origins.push({ origin, platform: id, name });
    after = page.at(-1)?.id ?? after;
    more = page.length === pageSize;
  }
  const now = clock();
  const registry = utf8Encode(
    JSON.stringify({
      kind: 'onelock-origin-registry',
      version: 1,
      issuedAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + changes.originRegistryHours * 3_600_000).toISOString(),
      origins: origins.sort((a, b) => (a.origin < b.origin ? -1 : 1)),
    }),
  );
  return {
    registry: toBase64(registry),
    ...{ algorithm: 'sm2-sm3', key: key.id },
    signature: toBase64(key.sign(concatBytes(domain, registry))),
  };
}
