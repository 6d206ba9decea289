import { concatBytes, toBase64, utf8Encode } from '@onelock/core/bytes';
import type { Ports } from './ports/ports.ts';

/** The origins of trading platforms, for agents, as the service answers for them. */
export interface PublishedOrigins {
  /** Base64 of JSON: { kind, version, issuedAt, expiresAt, origins }, of each {@link PublishedOrigin}. What is signed is what is read. */
  readonly registry: string;
  readonly algorithm: 'sm2-sm3';
  /** Id of the service's key. */
  readonly key: string;
  /** Over `onelock-origin-registry-v1\n` and the bytes of the registry; DER, base64. */
  readonly signature: string;
}

export interface PublishedOrigin {
  readonly origin: string;
  /** Id of the platform; null: the service's own pages. */
  readonly platform: string | null;
  readonly name: string;
  /** By which its server signs request tickets, and whether agents are to refuse what comes without one. */
  readonly tickets?: {
    readonly required: boolean;
    readonly keys: readonly { readonly id: string; readonly publicKey: string }[];
  };
}

const domain = utf8Encode('onelock-origin-registry-v1\n');
const pageSize = 200;

/**
 * Signs the registry of origins as it stands, for so long as an agent may believe it.
 *
 * @param ownOrigin  where people reach the service's own login page and console; null where nothing is configured
 */
export async function publishOrigins(
  { store, clock, key, changes }: Ports,
  ownOrigin: string | null,
): Promise<PublishedOrigins> {
  const origins: PublishedOrigin[] =
    ownOrigin === null ? [] : [{ origin: ownOrigin, platform: null, name: '一锁通统一登录' }];
  const ticketTerms = new Map(await store.profiles.platformsWithKeys());
  const ticketsOf = (platform: string): Pick<PublishedOrigin, 'tickets'> => {
    const profile = ticketTerms.get(platform);
    if (profile === undefined) return {};
    return { tickets: { required: profile.requestTickets === 'required', keys: profile.keys } };
  };
  let after: string | null = null;
  for (let more = true; more; ) {
    const page = await store.callers.list({ after, limit: pageSize }, 'platform');
    for (const { id, name, origins: own, revokedAt } of page)
      if (revokedAt === null) for (const origin of own) origins.push({ origin, platform: id, name, ...ticketsOf(id) });
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
