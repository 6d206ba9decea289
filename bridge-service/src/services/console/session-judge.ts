import { CodedError } from '@onelock/core/errors';
import type { ProfileName } from '@onelock/core/path';
import type { Indication, Reason } from '@onelock/core/verdict';
import { parseCertificate } from '@onelock/core/x509';
import { appendAudit } from '../append-audit.ts';
import { type HeldJudgement, judgeHeld } from '../judge-held.ts';
import type { ConsoleSession } from '../ports/console-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import type { WatchedValues } from '../watch-list/watch-index.ts';
import { watchedValues, watchUse } from '../watch-list/watch-use.ts';

/** A request that came with a session. */
export interface SessionUse {
  readonly session: ConsoleSession;
  readonly caller: Caller;
  readonly requestId: string;
  /** Whether it changes something; leaving changes nothing. */
  readonly changes: boolean;
}

/** @throws {CodedError} ERR_CONSOLE_SESSION_ENDED, ERR_CONSOLE_SESSION_UNCONFIRMED { reason } */
export type SessionJudge = (use: SessionUse) => Promise<void>;

/** What this node found of a session. */
interface Finding {
  readonly at: number;
  /** When it last passed; the log-in did. */
  readonly passedAt: number;
  readonly indication: Indication;
  readonly reason: Reason | null;
  /** What it was judged by: another list or registry is looked at, at once. */
  readonly watched: WatchedValues;
  readonly trust: number;
}

/** A source that does not answer is asked again after this. */
const retryMs = 30_000;
/** Sessions that a node remembers: one that is forgotten is judged again. */
const mostKnown = 2_000;

/**
 * Judges sessions of the console again while they act, by the certificate that each began with: every few minutes, and at once when the watch-list or
 * the registries have changed. What is revoked, blocked or otherwise good for no log-in any more ends its session on every node, on record with the
 * evidence. Where nobody can say, the session goes on for a while, and then reads but changes nothing.
 */
export function createSessionJudge(
  ports: Ports,
  { profile, checkMs, graceMs }: { readonly profile: ProfileName; readonly checkMs: number; readonly graceMs: number },
): SessionJudge {
  const known = new Map<string, Finding>();
  const running = new Map<string, Promise<Finding | null>>();

  const isDue = async (finding: Finding): Promise<boolean> => {
    const age = ports.clock().getTime() - finding.at;
    if (age < 0 || age >= (finding.indication === 'passed' ? checkMs : Math.min(retryMs, checkMs))) return true;
    if (finding.watched !== (await ports.watched.current())) return true;
    return finding.trust !== (await ports.trust.current(ports.store)).version;
  };
  const judge = async (use: SessionUse, before: Finding | undefined): Promise<Finding | null> => {
    const { session } = use;
    const finding = await judgeSession(ports, profile, use, before);
    known.delete(session.digest);
    if (finding === null) return null;
    known.set(session.digest, finding);
    const [oldest] = known.keys();
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
    return finding;
  };

  return async (use) => {
    const { digest, certificateDigest } = use.session;
    // Begun by a one-time code: there is no certificate to ask about.
    if (certificateDigest === null) return;
    const before = known.get(digest);
    let finding: Finding | null | undefined = before;
    if (before === undefined || (await isDue(before))) {
      const under = running.get(digest) ?? judge(use, before).finally(() => running.delete(digest));
      running.set(digest, under);
      finding = await under;
    }
    if (finding === null || finding === undefined) throw new CodedError('ERR_CONSOLE_SESSION_ENDED');
    if (finding.indication === 'passed' || !use.changes) return;
    if (ports.clock().getTime() - finding.passedAt > graceMs)
      throw new CodedError('ERR_CONSOLE_SESSION_UNCONFIRMED', { reason: finding.reason?.code ?? '' });
  };
}

/** @returns null when the session is over */
async function judgeSession(
  ports: Ports,
  profile: ProfileName,
  use: SessionUse,
  before: Finding | undefined,
): Promise<Finding | null> {
  const { session } = use;
  const at = ports.clock().getTime();
  const watched = await ports.watched.current();
  const trust = (await ports.trust.current(ports.store)).version;
  // An earlier version kept no certificate: its sessions end at the upgrade.
  if (session.certificate === null) {
    await ports.store.transaction(({ console }) => console.endSession(session.digest));
    return null;
  }
  const held = await judgeHeld(ports, { certificate: parseCertificate(session.certificate), profile });
  const { indication, reason } = held.judged;
  // Undecided about revocation alone may be decided in a minute; a certificate that leads to no registered CA any more is no way in.
  const over = indication === 'failed' || (indication === 'indeterminate' && reason?.code !== 'ERR_REVOCATION_UNKNOWN');
  const suspect = held.standing !== null || (await isWatched(ports, held));
  if ((over || suspect) && (await endSession(ports, use, held, over))) return null;
  if (indication === 'indeterminate' && before?.indication !== 'indeterminate')
    await ports.store.transaction((repositories) =>
      appendAudit(repositories, ports, entryOf(use, held, 'console.session-unconfirmed')),
    );
  const passedAt = indication === 'passed' ? at : (before?.passedAt ?? Date.parse(session.createdAt));
  return { at, passedAt, indication, reason: held.judged.reason ?? null, watched, trust };
}

async function isWatched(ports: Ports, { subjects, context }: HeldJudgement): Promise<boolean> {
  const { digests } = await ports.watched.current();
  return digests.size > 0 && watchedValues(ports, { subjects, context }).some((value) => digests.has(value));
}

/** @returns false where the watch-list lets it go on: it alerted at the log-in, or somebody vouched for the holder */
async function endSession(ports: Ports, use: SessionUse, held: HeldJudgement, over: boolean): Promise<boolean> {
  const { caller, requestId, session } = use;
  const { subjects, context, standing, judged } = held;
  const act = { caller, requestId, transaction: ports.store.transaction };
  const action = 'console.session-end';
  return ports.store.transaction(async (repositories) => {
    if (!over && standing === null) {
      const now = ports.clock().toISOString();
      const entries = await repositories.watchList.hits([...watchedValues(ports, { subjects, context })], now);
      const stops = entries.some(
        (entry) => entry.action === 'block' || (entry.action === 'step-up' && (entry.clearedUntil ?? '') <= now),
      );
      if (!stops) return false;
    }
    // Blocked is blocked, also while nobody can tell of a revocation.
    const watched = !over
      ? await watchUse(repositories, ports, act, {
          ...{ subjects, context, standing, action, target: caller.id, indication: judged.indication },
        })
      : null;
    const overruled = watched?.overruled ?? judged;
    // Another node may have been first.
    if (!(await repositories.console.endSession(session.digest))) return true;
    const entry = entryOf(use, held, action);
    await appendAudit(repositories, ports, {
      ...entry,
      ...{ outcome: overruled.indication, reason: overruled.reason?.code ?? '' },
      details: {
        ...entry.details,
        ...(watched !== null && watched.hits.length > 0 && { watched: watched.hits }),
        ...(watched !== null && standing && { standing }),
      },
    });
    return true;
  });
}

function entryOf({ caller, requestId, session }: SessionUse, held: HeldJudgement, action: string) {
  const { judged, details, items } = held;
  return {
    ...{ actor: caller.id, role: caller.role, requestId, action, target: caller.id, outcome: judged.indication },
    ...(judged.reason && { reason: judged.reason.code }),
    evidence: items,
    details: { ...details, session: `ses_${session.digest.slice(0, 32)}`, login: session.loginId },
  };
}
