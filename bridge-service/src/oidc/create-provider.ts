import { CodedError } from '@onelock/core/errors';
import type { ProfileName } from '@onelock/core/path';
import Provider, { type Configuration, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { secretDigest } from '../services/identifiers.ts';
import type { Ports } from '../services/ports/ports.ts';
import { type Account, acrValues, claimsByScope } from './accounts.ts';
import { createAdapter } from './adapter.ts';
import { guardResults } from './finish-cookie.ts';
import { endedPage, errorPage, logoutPage } from './pages.ts';
import { accountOfSession, standingLoginCheck, unmetOnce } from './session-login.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface ProviderOptions {
  readonly ports: Ports;
  /** Of logins. */
  readonly profile: ProfileName;
  /** Origin of the service as browsers see it; the issuer is `/oidc` below it. */
  readonly origin: string;
  readonly cookieKey: string;
  readonly keys: SigningKeys;
  /** How clients are told that a session is over. */
  readonly backChannel: (url: string | URL, init?: RequestInit) => Promise<Response>;
}

const minute = 60;
const hour = 60 * minute;
const sessionSeconds = 8 * hour;

const notYours = { error: 'access_denied', error_description: 'the log-in was made in another browser' };

/** Where the account of a subject is kept, beside what the provider keeps itself. */
export const accountModel = 'Account';
export const accountSeconds = 24 * hour;

/**
 * The provider of one issuer: code flow with PKCE (S256) and nothing else, clients from the registry, no consent page (a platform is a
 * registered party, and the agent's window names what is signed), no refresh tokens.
 */
export function createProvider({ ports, profile, origin, cookieKey, keys, backChannel }: ProviderOptions): Provider {
  const adapter = createAdapter(ports);
  const accounts = adapter(accountModel);
  const ofSession = accountOfSession(ports);
  const secure = origin.startsWith('https:');
  const configuration: Configuration = {
    adapter,
    jwks: { keys: keys.jwks },
    acrValues: [...acrValues],
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], sid: null, ...claimsByScope },
    scopes: ['openid'],
    responseTypes: ['code'],
    subjectTypes: ['public'],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: ['RS256'], userinfoSigningAlgValues: ['RS256'] },
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: () => false,
    cookies: {
      names: cookieNames(secure),
      keys: [cookieKey],
      long: { httpOnly: true, sameSite: 'lax', secure, signed: true },
      short: { httpOnly: true, sameSite: 'lax', secure, signed: true },
    },
    ttl: {
      AccessToken: 10 * minute,
      AuthorizationCode: minute,
      IdToken: 10 * minute,
      Interaction: 10 * minute,
      Grant: sessionSeconds,
      Session: sessionSeconds,
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: true },
      // Claims in the ID token are for who asks for them by name: it travels through the browser when somebody logs out.
      claimsParameter: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => {
          ctx.body = logoutPage(ctx.get('accept-language'), form);
        },
        postLogoutSuccessSource: async (ctx) => {
          ctx.body = endedPage(ctx.get('accept-language'));
        },
      },
    },
    fetch: (url, options) => backChannel(url instanceof URL ? url : String(url), options),
    interactions: { policy: loginAlone(ports, profile), url: (_ctx, { uid }) => `/oidc/interaction/${uid}` },
    findAccount: async (ctx, sub, token) => {
      const uid = (token as { readonly sessionUid?: string } | undefined)?.sessionUid ?? ctx.oidc.session?.uid;
      const account = (await ofSession(uid, sub)) ?? ((await accounts.find(sub)) as Account | undefined);
      return account === undefined ? undefined : { accountId: sub, claims: async () => ({ ...account }) };
    },
    loadExistingGrant: grantWhatWasAsked,
    renderError: async (ctx, out) => {
      ctx.type = 'html';
      ctx.body = errorPage(ctx.get('accept-language'), out);
    },
  };
  const provider = new Provider(`${origin}/oidc`, configuration);
  provider.proxy = true;
  compareByDigest(provider, ports);
  guardResults(ports, origin, provider, (ctx) => {
    ctx.status = 400;
    ctx.type = 'html';
    ctx.body = errorPage(ctx.get('accept-language'), notYours);
  });
  return provider;
}

/**
 * With HTTPS the session's cookie is bound to this very host (`__Host-`): no sibling of the domain can set it. Those of one interaction have a path of their
 * own, which that prefix does not admit.
 */
function cookieNames(secure: boolean): { session: string; interaction: string; resume: string } {
  const [host, own] = secure ? ['__Host-', '__Secure-'] : ['', ''];
  return {
    session: `${host}onelock_session`,
    interaction: `${own}onelock_interaction`,
    resume: `${own}onelock_resume`,
  };
}

function loginAlone(ports: Ports, profile: ProfileName) {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  const checks = policy.get('login')?.checks;
  for (const reason of ['essential_acr', 'essential_acrs']) {
    const check = checks?.get(reason);
    if (check === undefined) continue;
    checks?.remove(reason);
    checks?.add(unmetOnce(check));
  }
  checks?.add(standingLoginCheck(ports, profile, sessionSeconds));
  return policy;
}

async function grantWhatWasAsked(ctx: KoaContextWithOIDC) {
  const { client, session, account, provider, requestParamScopes, requestParamClaims } = ctx.oidc;
  if (client === undefined || session === undefined || account === undefined)
    throw new CodedError('ERR_SERVICE_INTERNAL');
  const known = session.grantIdFor(client.clientId);
  const found = known === undefined ? undefined : await provider.Grant.find(known);
  const grant = found ?? new provider.Grant({ clientId: client.clientId, accountId: account.accountId });
  grant.addOIDCScope([...requestParamScopes].join(' '));
  grant.addOIDCClaims([...new Set(['acr', 'amr', 'auth_time', ...requestParamClaims])]);
  await grant.save();
  return grant;
}

/** The registry keeps digests of secrets; what a client sends is compared by its digest, in constant time. */
function compareByDigest(provider: Provider, { ops }: Pick<Ports, 'ops'>): void {
  const client = provider.Client.prototype as { compareClientSecret(actual: string): boolean | Promise<boolean> };
  const compare = client.compareClientSecret;
  client.compareClientSecret = function compareDigest(this: typeof client, actual) {
    return compare.call(this, secretDigest(actual, ops));
  };
}
