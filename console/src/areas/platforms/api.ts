import { call, type Page } from '../../api/call.ts';
import type { Contact } from '../../api/contacts.ts';
import { say } from './words.ts';

export interface Platform {
  readonly id: string;
  readonly name: string;
  readonly origins: readonly string[];
  readonly state: 'active' | 'off-boarded';
}

export interface PlatformProfile {
  readonly contacts: readonly Contact[];
  readonly keys: readonly { readonly id: string; readonly publicKey: string }[];
  readonly requestTickets?: 'required' | 'optional';
  readonly authentication: 'token' | 'signature' | 'mtls';
  readonly clientCertificates: readonly { readonly id: string; readonly certificate: string }[];
  readonly requestsPerMinute: number | null;
  readonly webhooks: readonly { readonly url: string; readonly events: readonly string[] }[];
}

/** What the service tells platforms of. */
export const platformEvents = ['ca.changed', 'platform.changed', 'application.changed'] as const;

/** A kind of message in words; one that this build does not know as it is. */
export function eventText(type: string): string {
  if (type === 'webhook.test') return say('event.test');
  const known = platformEvents.find((one) => one === type);
  return known === undefined ? type : say(`event.${known}`);
}

export interface OidcClient {
  readonly id: string;
  readonly platformId: string;
  readonly name: string;
  readonly kind: 'confidential' | 'public';
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly backchannelLogoutUri: string | null;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

export const platforms = {
  list: (cursor?: string) => call<Page<Platform>>('GET', '/v1/platforms', { query: { cursor } }),
  find: (id: string) => call<Platform>('GET', `/v1/platforms/${id}`),
  create: (body: object, key: string) => call<{ id: string; token: string }>('POST', '/v1/callers', { body, key }),
  issueToken: (id: string, key: string) => call<{ token: string }>('POST', `/v1/callers/${id}/token`, { key }),
  profile: (id: string) => call<PlatformProfile>('GET', `/v1/platforms/${id}/profile`),
  setProfile: (id: string, body: PlatformProfile, key: string, seen: PlatformProfile) =>
    call<PlatformProfile>('PUT', `/v1/platforms/${id}/profile`, { body, key, seen }),
};

export const clients = {
  async of(platformId: string): Promise<readonly OidcClient[]> {
    const { items } = await call<Page<OidcClient>>('GET', '/v1/oidc-clients', { query: { limit: 200 } });
    return items.filter((client) => client.platformId === platformId);
  },
  register: (body: object, key: string) =>
    call<OidcClient & { secret: string | null }>('POST', '/v1/oidc-clients', { body, key }),
  revoke: (id: string, key: string) => call<OidcClient>('DELETE', `/v1/oidc-clients/${id}`, { key }),
};

/** Lines that people type, without the empty ones. */
export const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
