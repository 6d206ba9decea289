import { eraseExpiredDetails } from '../services/erase-audit-details.ts';
import { endAbandonedUploads } from '../services/imports/abandoned.ts';
import type { Ports } from '../services/ports/ports.ts';
import { rollUpDays } from '../services/statistics/roll-up.ts';
import { jobFact } from '../services/statistics/state.ts';

const everyMs = 10 * 60 * 1000;
/** Expired challenges stay a day, for whoever asks why a login failed. */
const challengeGraceMs = 24 * 3_600_000;
/** Refusals stay as long as somebody may still ask about one. */
const refusalKeptMs = 30 * 24 * 3_600_000;

/** An application that rests for so long, issued and never installed or held, is nobody's to be called about. */
const applicantKeptMs = 180 * 86_400_000;

/** What platforms were told, and what could not be told. */
const deliveredKeptMs = 7 * 86_400_000;
const deadKeptMs = 30 * 86_400_000;

/** A CA has so long to certify a phone's key. */
const phoneKeptMs = 90 * 86_400_000;

type HousekeepingPorts = Pick<Ports, 'store' | 'clock' | 'lifetimes' | 'ops'>;

export interface CleanedUp {
  readonly challenges: number;
  readonly oidcRecords: number;
  readonly tickets: number;
  readonly logins: number;
  readonly nonces: number;
  readonly platformMessages: number;
  readonly quotaMinutes: number;
  readonly consoleSessions: number;
  readonly idempotentAnswers: number;
  readonly auditDetails: number;
  readonly evidenceItems: number;
  readonly refusals: number;
  readonly abandonedUploads: number;
  readonly phoneOrders: number;
  readonly phones: number;
  readonly watchEntries: number;
  readonly applicants: number;
}

/** Deletes what has outlived its retention. Audit entries stay for ever; the details beside them do not. */
export async function cleanUp(ports: HousekeepingPorts): Promise<CleanedUp> {
  const { store, clock, lifetimes } = ports;
  const now = clock().getTime();
  const before = (ms: number): string => new Date(now - ms).toISOString();
  return store.transaction(async (repositories) => {
    const cleaned = {
      challenges: await repositories.challenges.deleteExpiredBefore(before(challengeGraceMs)),
      oidcRecords: await repositories.oidc.deleteExpiredBefore(before(0)),
      // A day longer than they count, whatever the clock does meanwhile.
      tickets: await repositories.tickets.deleteExpiredBefore(before(challengeGraceMs)),
      // As long as the details of the audit log, which say the same.
      logins: await repositories.logins.deleteBefore(before(lifetimes.auditPayloadDays * 86_400_000)),
      nonces: await repositories.nonces.deleteExpiredBefore(before(challengeGraceMs)),
      platformMessages: await repositories.platformMessages.deleteBefore(before(deliveredKeptMs), before(deadKeptMs)),
      quotaMinutes: await repositories.quotas.deleteBefore(before(3_600_000)),
      consoleSessions: await repositories.console.deleteExpiredBefore(before(0)),
      idempotentAnswers: await repositories.idempotency.deleteBefore(before(lifetimes.idempotencyHours * 3_600_000)),
      auditDetails: await eraseExpiredDetails(repositories, ports),
      evidenceItems: await repositories.audit.eraseEvidenceBefore(before(lifetimes.auditPayloadDays * 86_400_000)),
      abandonedUploads: await endAbandonedUploads(repositories, ports, before(challengeGraceMs)),
      // As challenges, of which they are made.
      phones: await repositories.phones.deleteUncertifiedBefore(before(phoneKeptMs)),
      phoneOrders: await repositories.phoneOrders.deleteExpiredBefore(before(challengeGraceMs)),
      // What an entry was about, as long as the log tells of its end.
      watchEntries: await repositories.watchList.forgetEndedBefore(before(lifetimes.auditPayloadDays * 86_400_000)),
      applicants: await repositories.applications.forgetApplicantsBefore(before(applicantKeptMs)),
      refusals: await repositories.statistics.forgetRefusalsBefore(before(refusalKeptMs)),
    };
    const erased = Object.values(cleaned).reduce((sum, count) => sum + count, 0);
    await repositories.facts.set(
      jobFact('housekeeping'),
      JSON.stringify({ at: new Date(now).toISOString(), detail: String(erased) }),
    );
    return cleaned;
  });
}

/** Runs {@link cleanUp} now and then; gives the function that stops it. */
export function startHousekeeping(
  ports: HousekeepingPorts,
  log: { info(data: object, message: string): void; error(data: object, message: string): void },
): () => void {
  const run = (): void => {
    cleanUp(ports)
      .then(async (cleaned) => log.info({ ...cleaned, statisticsRows: await rollUpDays(ports) }, 'housekeeping'))
      .catch((error: unknown) => log.error({ err: error }, 'housekeeping failed'));
  };
  const timer = setInterval(run, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
