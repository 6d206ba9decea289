import type { ClientMetadata } from 'oidc-provider';
import type { OidcClient } from '../services/ports/oidc-store.ts';
import type { Store } from '../services/ports/store.ts';

/**
 * A client that may be used: neither it nor its platform is revoked, and of its addresses those alone that lead to origins which the
 * platform still has.
 */
export async function usableClient(store: Pick<Store, 'oidc' | 'callers'>, id: string): Promise<OidcClient | null> {
  const client = await store.oidc.client(id);
  if (client === null || client.revokedAt !== null) return null;
  const platform = await store.callers.byId(client.platformId);
  if (platform === null || platform.revokedAt !== null) return null;
  const own = (uri: string): boolean => platform.origins.includes(new URL(uri).origin);
  const redirectUris = client.redirectUris.filter(own);
  if (redirectUris.length === 0) return null;
  return { ...client, redirectUris, postLogoutRedirectUris: client.postLogoutRedirectUris.filter(own) };
}

/** The client in the provider's words. Its secret is there as a digest. */
export function clientMetadata(client: OidcClient): ClientMetadata {
  return {
    client_id: client.id,
    client_name: client.name,
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    ...(client.backchannelLogoutUri !== null && {
      backchannel_logout_uri: client.backchannelLogoutUri,
      backchannel_logout_session_required: true,
    }),
    response_types: ['code'],
    grant_types: ['authorization_code'],
    application_type: 'web',
    id_token_signed_response_alg: 'RS256',
    ...(client.secretDigest === null
      ? { token_endpoint_auth_method: 'none' }
      : { token_endpoint_auth_method: 'client_secret_basic', client_secret: client.secretDigest }),
  };
}
