import { fromBase64 } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { ProfileName } from '@onelock/core/path';
import { parseCertificate } from '@onelock/core/x509';
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { continueLogin } from '../services/continue-login.ts';
import type { Ports } from '../services/ports/ports.ts';
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
      const { loginId, certificate } = result.login as Partial<SessionLogin>;
      if (loginId !== undefined && certificate !== undefined)
        await kept.upsert(session.uid, { loginId, certificate }, sessionSeconds);
      return Check.NO_NEED_TO_PROMPT;
    }
    const login = (await kept.find(session.uid)) as SessionLogin | undefined;
    if (login === undefined) return Check.REQUEST_PROMPT;
    const certificate = parseCertificate(fromBase64(login.certificate));
    const report = await continueLogin(ports, await actOf(ports, ctx), {
      ...{ loginId: login.loginId, certificate, profile },
    });
    return report.indication === 'passed' ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
  });
}

/** The platform that the person goes on to. */
async function actOf({ store }: Ports, { oidc, res }: KoaContextWithOIDC) {
  const client = await usableClient(store, oidc.client?.clientId ?? '');
  const caller = client === null ? null : await store.callers.byId(client.platformId);
  if (caller === null) throw new CodedError('ERR_SERVICE_INTERNAL');
  return { caller, requestId: String(res.getHeader('x-request-id') ?? ''), transaction: store.transaction };
}
