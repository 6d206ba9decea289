import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { newId, newToken, secretDigest } from '../identifiers.ts';
import { type Page, pageOf } from '../page.ts';
import type { OidcClient } from '../ports/oidc-store.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import type { PageRequest } from '../ports/store.ts';
import { authorOf } from '../registry/record-change.ts';

export interface ClientToRegister {
  readonly platformId: string;
  readonly name: string;
  /** A program that can keep a secret, or one in the hands of people. */
  readonly kind: 'confidential' | 'public';
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[] | undefined;
  readonly backchannelLogoutUri?: string | undefined;
}

export type OidcClientView = Omit<OidcClient, 'secretDigest'> & { readonly kind: ClientToRegister['kind'] };

/**
 * Registers a client of a platform. All its addresses lie at origins of the platform. The secret is in this answer and nowhere else.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND for the platform, ERR_REQUEST_INVALID for an address
 */
export async function registerClient(
  ports: Ports,
  act: Act,
  input: ClientToRegister,
): Promise<OidcClientView & { readonly secret: string | null }> {
  const { clock, ops } = ports;
  const secret = input.kind === 'confidential' ? newToken(ops) : null;
  return act.transaction(async (repositories) => {
    const platform = await repositories.callers.byId(input.platformId);
    if (platform === null || platform.role !== 'platform' || platform.revokedAt !== null)
      throw new CodedError('ERR_REQUEST_NOT_FOUND');
    const client: OidcClient = {
      id: newId('oic', clock, ops),
      platformId: platform.id,
      name: input.name,
      secretDigest: secret === null ? null : secretDigest(secret, ops),
      redirectUris: checkUris(platform, input.redirectUris, 'redirectUris'),
      postLogoutRedirectUris: checkUris(platform, input.postLogoutRedirectUris ?? [], 'postLogoutRedirectUris'),
      backchannelLogoutUri:
        input.backchannelLogoutUri === undefined
          ? null
          : checkUri(platform, input.backchannelLogoutUri, '/backchannelLogoutUri'),
      createdAt: clock().toISOString(),
      createdBy: act.caller.id,
      revokedAt: null,
    };
    await repositories.oidc.addClient(client);
    const view = clientView(client);
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'oidc-client.register', target: client.id, outcome: 'done', details: { ...view } },
    });
    return { ...view, secret };
  });
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function revokeClient(ports: Ports, act: Act, id: string): Promise<OidcClientView> {
  return act.transaction(async (repositories) => {
    await repositories.oidc.revokeClient(id, ports.clock().toISOString());
    const client = await repositories.oidc.client(id);
    if (client === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'oidc-client.revoke', target: id, outcome: 'done' },
    });
    return clientView(client);
  });
}

export async function listClients({ store }: Ports, page: PageRequest<string>): Promise<Page<OidcClientView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.oidc.clients(request),
    ({ id }) => id,
  );
  return { items: items.map(clientView), nextCursor };
}

function clientView({ secretDigest: digest, ...client }: OidcClient): OidcClientView {
  return { ...client, kind: digest === null ? 'public' : 'confidential' };
}

function checkUris(platform: Caller, uris: readonly string[], field: string): readonly string[] {
  return [...new Set(uris.map((uri, index) => checkUri(platform, uri, `/${field}/${index}`)))];
}

function checkUri(platform: Caller, uri: string, field: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (url === null || url.href !== uri || url.hash !== '' || url.username !== '' || url.password !== '')
    throw new CodedError('ERR_REQUEST_INVALID', { field, rule: 'URL in normal form without fragment' });
  if (!platform.origins.includes(url.origin))
    throw new CodedError('ERR_REQUEST_INVALID', { field, rule: 'at an origin of the platform' });
  return uri;
}
