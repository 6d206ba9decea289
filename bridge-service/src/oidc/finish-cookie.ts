import type Provider from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';
import { newToken, secretDigest } from '../services/identifiers.ts';
import type { Ports } from '../services/ports/ports.ts';
import { cookieOf } from './cookie-of.ts';

/** The browser goes on at once. */
const seconds = 120;

const nameAt = (origin: string): string => (origin.startsWith('https:') ? '__Host-onelock_finish' : 'onelock_finish');

type Keyed = Pick<Ports, 'ops'>;

/**
 * A log-in is for the browser in which it was made. The provider knows a browser by the cookie of the interaction, and those of one path can be planted by a
 * sibling of the domain: whoever began an interaction and planted its cookies elsewhere would have the result of who logs in there. So the browser
 * that logs in is given one that nobody plants, and the result names it.
 */
export function bindResult(
  { ops }: Keyed,
  origin: string,
  result: InteractionResults,
): { readonly result: InteractionResults; readonly cookie: string } {
  const secret = newToken(ops);
  const secure = origin.startsWith('https:') ? '; Secure' : '';
  return {
    result: { ...result, login: { ...result.login, finish: secretDigest(secret, ops) } as InteractionResults['login'] },
    cookie: `${nameAt(origin)}=${secret}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`,
  };
}

type BrowserContext = Parameters<Parameters<Provider['use']>[0]>[0];

/**
 * Whether a browser that comes for the result of a log-in is the one that made it. The interaction is the one that the provider will find: by its cookie, read
 * as it reads it. What the address names it never compares with that. Everything else is the provider's to judge.
 */
async function isOwnResult({ ops }: Keyed, origin: string, provider: Provider, ctx: BrowserContext): Promise<boolean> {
  const uid = ctx.cookies.get(provider.cookieName('resume'), { signed: false });
  if (uid === undefined || uid === '') return true;
  const interaction = await provider.Interaction.find(uid);
  const login = interaction?.result?.login as { readonly finish?: string } | undefined;
  if (login === undefined) return true;
  const shown = cookieOf(ctx.req, nameAt(origin));
  return shown !== undefined && secretDigest(shown, ops) === login.finish;
}

/** Gives results to nobody else, at whatever address they are asked for. @param refuse  answers those who are refused */
export function guardResults(
  keyed: Keyed,
  origin: string,
  provider: Provider,
  refuse: (ctx: BrowserContext) => void,
): void {
  provider.use(async (ctx, next) => {
    if (await isOwnResult(keyed, origin, provider, ctx)) await next();
    else refuse(ctx);
  });
}
