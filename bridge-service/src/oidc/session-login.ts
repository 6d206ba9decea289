import { fromBase64 } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { ProfileName } from '@onelock/core/path';
import { parseCertificate } from '@onelock/core/x509';
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { continueLogin } from '../services/continue-login.ts';
import type { Ports } from '../services/ports/ports.ts';
import type { UseContext } from '../services/watch-list/watch-use.ts';
import type { Account } from './accounts.ts';
import { createAdapter } from './adapter.ts';
import { usableClient } from './client-metadata.ts';

const { Check } = interactionPolicy;

/** What the session began with, by its uid. */
const sessionLoginModel = 'SessionLogin';

/** What a login tells the provider beside the account; the provider hands it back. */
export interface SessionLogin {
  readonly loginId: string;
  /** DER, base64. */
  readonly certificate: string;
  /** Whom this login showed: another login of the same subject, by another key, says nothing of this session. */
  readonly account: Account;
  /** How they came: going on is asked for the same device and machine. */
  readonly context?: UseContext | undefined;
  readonly phoneId?: string | undefined;
}

/**
 * A session lets people into the next platform without a new signature, for as long as their certificate would: one that was revoked, has
 * ended or is watched since sends them back to the login page, where they are told why.
 */
export function standingLoginCheck(ports: Ports, profile: ProfileName, sessionSeconds: number) {
  const kept = createAdapter(ports)(sessionLoginModel);
  return new Check('login_stands', 'the login does not count any more', 'login_required', async (ctx) => {
    const { session, result } = ctx.oidc;
    if (session?.accountId === undefined) return Check.NO_NEED_TO_PROMPT;
    if (result?.login !== undefined) {
      const { loginId, certificate, account, context, phoneId } = result.login as Partial<SessionLogin>;
      if (loginId !== undefined && certificate !== undefined && account !== undefined)
        await kept.upsert(session.uid, { loginId, certificate, account, context, phoneId }, sessionSeconds);
      return Check.NO_NEED_TO_PROMPT;
    }
    const login = (await kept.find(session.uid)) as unknown as SessionLogin | undefined;
    if (login === undefined) return Check.REQUEST_PROMPT;
    const certificate = parseCertificate(fromBase64(login.certificate));
    const report = await continueLogin(ports, await actOf(ports, ctx), {
      ...{ loginId: login.loginId, certificate, profile, context: login.context, phoneId: login.phoneId },
    });
    return report.indication === 'passed' ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
  });
}

/** Whom a session, or what was issued in it, is about. */
export function accountOfSession(ports: Ports): (uid: string | undefined, sub: string) => Promise<Account | undefined> {
  const kept = createAdapter(ports)(sessionLoginModel);
  return async (uid, sub) => {
    const login = uid === undefined ? undefined : ((await kept.find(uid)) as unknown as SessionLogin | undefined);
    return login?.account.sub === sub ? login.account : undefined;
  };
}

/**
 * A platform that must have a certain medium and does not get it is told so; without this the person would see the login page again and again.
 */
export function unmetOnce(check: InstanceType<typeof Check>): InstanceType<typeof Check> {
  return new Check(
    check.reason,
    check.description,
    check.error ?? 'login_required',
    async (ctx) => {
      const unmet = await check.check(ctx);
      if (unmet && ctx.oidc.result?.login !== undefined)
        throw new errors.UnmetAuthenticationRequirements(check.description);
      return unmet;
    },
    check.details,
  );
}

/** The platform that the person goes on to. */
async function actOf({ store }: Ports, { oidc, res }: KoaContextWithOIDC) {
  const client = await usableClient(store, oidc.client?.clientId ?? '');
  const caller = client === null ? null : await store.callers.byId(client.platformId);
  if (caller === null) throw new CodedError('ERR_SERVICE_INTERNAL');
  return { caller, requestId: String(res.getHeader('x-request-id') ?? ''), transaction: store.transaction };
}
