import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import type { ConsoleRole, ConsoleSession, OpenAt } from '../ports/console-store.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import { authorOf } from '../registry/record-change.ts';
import { isConsoleRole } from './roles.ts';

/** A session as people see it. */
export interface SessionView {
  readonly id: string;
  readonly userId: string;
  readonly userName: string;
  readonly role: ConsoleRole;
  readonly begunAt: string;
  /** To the minute. */
  readonly seenAt: string;
  readonly expiresAt: string;
  readonly by: 'certificate' | 'code';
  /** The one that asks. */
  readonly current: boolean;
}

/** Who sees others' sessions; everybody sees their own. */
const overseers: readonly Caller['role'][] = ['supervisor', 'administrator'];

/** Names a session without telling anything of its secret. */
const idOf = ({ digest }: ConsoleSession): string => `ses_${digest.slice(0, 32)}`;

/** Open sessions, the newest first: one's own, or for supervision everybody's (or those of one user). */
export async function listSessions(
  ports: Ports,
  { caller, current, user }: { caller: Caller; current: ConsoleSession | null; user: string | undefined },
): Promise<readonly SessionView[]> {
  const { console, callers } = ports.store;
  const whose = overseers.includes(caller.role) ? user : caller.id;
  const sessions = await console.openSessions(openAt(ports), whose);
  const views = await Promise.all(
    sessions.map(async (session): Promise<SessionView[]> => {
      const owner = session.callerId === caller.id ? caller : await callers.byId(session.callerId);
      if (owner === null || owner.revokedAt !== null || !isConsoleRole(owner.role)) return [];
      const { createdAt: begunAt, seenAt, expiresAt, certificateDigest } = session;
      return [
        {
          ...{ id: idOf(session), userId: owner.id, userName: owner.name, role: owner.role },
          ...{ begunAt, seenAt, expiresAt, by: certificateDigest === null ? 'code' : 'certificate' },
          current: session.digest === current?.digest,
        },
      ];
    }),
  );
  return views.flat();
}

/**
 * Ends a session on every node: one's own, or as an administrator anybody's. It only takes away, so nobody else has to agree.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND, also for one that the caller may not see; ERR_AUTH_ROLE_REQUIRED
 */
export async function endSessionById(ports: Ports, act: Act, id: string): Promise<{ readonly ended: boolean }> {
  return act.transaction(async (repositories) => {
    const { caller } = act;
    const whose = overseers.includes(caller.role) ? undefined : caller.id;
    const found = (await repositories.console.openSessions(openAt(ports), whose)).find((one) => idOf(one) === id);
    if (found === undefined) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    if (found.callerId !== caller.id && caller.role !== 'administrator')
      throw new CodedError('ERR_AUTH_ROLE_REQUIRED', { role: 'administrator' });
    const ended = await repositories.console.endSession(found.digest);
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'console.end-session', target: found.callerId, outcome: 'done' },
      details: { session: id, begunAt: found.createdAt },
    });
    return { ended };
  });
}

function openAt({ clock, lifetimes }: Pick<Ports, 'clock' | 'lifetimes'>): OpenAt {
  const now = clock();
  return {
    expiresAfter: now.toISOString(),
    seenAfter: new Date(now.getTime() - lifetimes.consoleIdleMinutes * 60_000).toISOString(),
  };
}
