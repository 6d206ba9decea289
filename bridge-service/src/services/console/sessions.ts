import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { newToken, secretDigest } from '../identifiers.ts';
import type { ConsoleSession } from '../ports/console-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import type { Repositories } from '../ports/store.ts';

type SessionPorts = Pick<Ports, 'store' | 'ops' | 'clock' | 'lifetimes'>;
type IdentifyingPorts = SessionPorts & Pick<Ports, 'watched'>;

/** How a session came to be. */
export type SessionOrigin = Pick<ConsoleSession, 'keyId' | 'certificateDigest' | 'loginId' | 'certificate'>;

/** A session that was just begun: the one moment at which its secret is known here. */
export interface BegunSession {
  readonly secret: string;
  readonly session: ConsoleSession;
}

/** Being used is noted once a minute, not with every request. */
const seenEveryMs = 60_000;

/** Begins a session of a console user, inside a transaction that is running. */
export async function beginSession(
  repositories: Repositories,
  { ops, clock, lifetimes }: SessionPorts,
  caller: Caller,
  origin: SessionOrigin,
): Promise<BegunSession> {
  const secret = newToken(ops);
  const now = clock();
  const session: ConsoleSession = {
    digest: secretDigest(secret, ops),
    callerId: caller.id,
    ...origin,
    createdAt: now.toISOString(),
    seenAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + lifetimes.consoleHours * 3_600_000).toISOString(),
  };
  await repositories.console.addSession(session);
  return { secret, session };
}

/**
 * Whose session a cookie's secret opens, on any node. It ends by its absolute lifetime, by idleness, with the key it was begun by and with
 * the user; and with the certificate, when the registry takes that out of use.
 *
 * @throws {CodedError} ERR_CONSOLE_SESSION_ENDED
 */
export async function identifySession(
  { store, ops, clock, lifetimes, watched }: IdentifyingPorts,
  secret: string,
): Promise<{ readonly session: ConsoleSession; readonly caller: Caller }> {
  const found = await store.console.session(secretDigest(secret, ops));
  const now = clock().getTime();
  if (found === null || now >= Date.parse(found.session.expiresAt)) throw new CodedError('ERR_CONSOLE_SESSION_ENDED');
  const { certificateDigest } = found.session;
  if (certificateDigest !== null && (await watched.current()).inactive.certificates.has(certificateDigest))
    throw new CodedError('ERR_CONSOLE_SESSION_ENDED');
  const idleMs = now - Date.parse(found.session.seenAt);
  if (idleMs >= lifetimes.consoleIdleMinutes * 60_000) throw new CodedError('ERR_CONSOLE_SESSION_ENDED');
  if (idleMs >= seenEveryMs)
    await store.transaction(({ console }) => console.seeSession(found.session.digest, new Date(now).toISOString()));
  return found;
}

/** Ends a session at its user's wish. */
export async function endSession(
  ports: SessionPorts,
  { caller, session, requestId }: { caller: Caller; session: ConsoleSession; requestId: string },
): Promise<void> {
  await ports.store.transaction(async (repositories) => {
    if (!(await repositories.console.endSession(session.digest))) return;
    await appendAudit(repositories, ports, {
      ...{ actor: caller.id, role: caller.role, requestId },
      ...{ action: 'console.log-out', target: caller.id, outcome: 'done' },
    });
  });
}
