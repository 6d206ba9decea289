import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { parseLoginToken } from '@onelock/core/login';
import type { ProfileName } from '@onelock/core/path';
import { parseCertificate } from '@onelock/core/x509';
import { redeemAdministratorCode } from '../administrator-codes.ts';
import { appendAudit } from '../append-audit.ts';
import { newToken, secretDigest } from '../identifiers.ts';
import { judgeLoginToken, type LoginView } from '../judge-login-token.ts';
import { type OpenedChallenge, openChallenge } from '../open-challenge.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import { readIdentity } from '../registry/read-identity.ts';
import { personValue } from './person-value.ts';
import { type BegunSession, beginSession } from './sessions.ts';

/** Challenges and logins belong to a caller; those of the console to this one, which has no credential. */
const consoleCallerId = `clr_${'0'.repeat(31)}1`;

/** The console as the caller that its logins belong to, made when it is first needed. */
async function consoleAct(ports: Ports, origin: string, requestId: string): Promise<Act> {
  const { store, ops, clock } = ports;
  const now = clock().toISOString();
  const caller: Caller = {
    ...{ id: consoleCallerId, name: '管理控制台的登录 / logins of the console', role: 'agent', permissions: [] },
    ...{ origins: [], createdAt: now, createdBy: 'service', revokedAt: now },
  };
  if ((await store.callers.byId(consoleCallerId)) === null)
    await store.transaction(async ({ callers }) => {
      if ((await callers.byId(consoleCallerId)) === null) await callers.add(caller, secretDigest(newToken(ops), ops));
    });
  return { caller: { ...caller, origins: [origin] }, requestId, transaction: store.transaction };
}

/** A challenge for a login to the console, bound to the origin of its pages. */
export async function openConsoleChallenge(ports: Ports, origin: string, requestId: string): Promise<OpenedChallenge> {
  return openChallenge(ports, await consoleAct(ports, origin, requestId), { origin });
}

/** Judges what somebody's agent signed for the console's origin; the challenge is used up. */
export async function judgeConsoleToken(
  ports: Ports,
  origin: string,
  requestId: string,
  input: { readonly token: unknown; readonly profile: ProfileName },
): Promise<LoginView> {
  return judgeLoginToken(ports, await consoleAct(ports, origin, requestId), input);
}

export interface ConsoleLogin {
  readonly login: LoginView;
  /** null unless the login passed. */
  readonly begun: (BegunSession & { readonly caller: Caller }) | null;
}

/**
 * Logs somebody in by a certificate: judged as any login is, then looked up among the keys that administrators bound.
 *
 * @throws {CodedError} ERR_CONSOLE_USER_UNKNOWN { certificate } for a good login of somebody who is no user; those of `judgeLoginToken`
 */
export async function logInToConsole(
  ports: Ports,
  origin: string,
  requestId: string,
  input: { readonly token: unknown; readonly profile: ProfileName },
): Promise<ConsoleLogin> {
  const login = await judgeConsoleToken(ports, origin, requestId, input);
  if (login.indication !== 'passed') return { login, begun: null };
  const certificate = parseCertificate(parseLoginToken(input.token).certificate);
  const person = personValue(ports, await readIdentity(ports, ports.store, certificate));
  const digest = toHex(ports.ops.digest('sm3', certificate.der));
  const begun = await ports.store.transaction(async (repositories) => {
    const key =
      (await repositories.console.boundKey('certificate', digest)) ??
      (person === null ? null : await repositories.console.boundKey('person', person.value));
    const caller = key === null ? null : await repositories.callers.byId(key.callerId);
    if (key === null || caller === null || caller.revokedAt !== null) {
      await appendAudit(repositories, ports, {
        ...{ actor: 'anonymous', role: 'none', requestId, action: 'console.log-in', target: login.id },
        ...{ outcome: 'refused', reason: 'ERR_CONSOLE_USER_UNKNOWN', details: { certificate: `sm3:${digest}` } },
      });
      return null;
    }
    const session = await beginSession(repositories, ports, caller, {
      ...{ keyId: key.id, certificateDigest: digest, loginId: login.id, certificate: certificate.der },
    });
    await appendAudit(repositories, ports, {
      ...{ actor: caller.id, role: caller.role, requestId, action: 'console.log-in', target: login.id },
      ...{ outcome: 'done', details: { certificate: `sm3:${digest}`, by: key.kind } },
    });
    return { ...session, caller };
  });
  if (begun === null) throw new CodedError('ERR_CONSOLE_USER_UNKNOWN', { certificate: digest });
  return { login, begun };
}

/**
 * Lets the first administrator (or one by break-glass) in by a one-time code: a session without a key, in which to register a CA and bind
 * a certificate of one's own.
 *
 * @throws {CodedError} ERR_AUTH_CODE_INVALID
 */
export async function logInByCode(
  ports: Ports,
  requestId: string,
  input: { readonly code: string; readonly name: string },
): Promise<BegunSession & { readonly caller: Caller }> {
  let begun: BegunSession | null = null;
  const { token: _token, ...caller } = await redeemAdministratorCode(
    ports,
    requestId,
    input,
    async (repositories, created) => {
      begun = await beginSession(repositories, ports, created, {
        ...{ keyId: null, certificateDigest: null, loginId: null, certificate: null },
      });
    },
  );
  if (begun === null) throw new CodedError('ERR_SERVICE_INTERNAL');
  return { ...(begun as BegunSession), caller };
}
