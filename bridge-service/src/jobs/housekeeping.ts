import type { Ports } from '../services/ports/ports.ts';

const everyMs = 10 * 60 * 1000;
/** Expired challenges stay a day, for whoever asks why a login failed. */
const challengeGraceMs = 24 * 3_600_000;

export interface CleanedUp {
  readonly challenges: number;
  readonly idempotentAnswers: number;
  readonly auditPayloads: number;
}

/** Deletes what has outlived its retention. Audit entries stay for ever; the payloads beside them do not. */
export async function cleanUp({
  store,
  clock,
  lifetimes,
}: Pick<Ports, 'store' | 'clock' | 'lifetimes'>): Promise<CleanedUp> {
  const now = clock().getTime();
  const before = (ms: number): string => new Date(now - ms).toISOString();
  return store.transaction(async ({ challenges, idempotency, audit }) => ({
    challenges: await challenges.deleteExpiredBefore(before(challengeGraceMs)),
    idempotentAnswers: await idempotency.deleteBefore(before(lifetimes.idempotencyHours * 3_600_000)),
    auditPayloads: await audit.erasePayloadsBefore(before(0)),
  }));
}

/** Runs {@link cleanUp} now and then; gives the function that stops it. */
export function startHousekeeping(
  ports: Pick<Ports, 'store' | 'clock' | 'lifetimes'>,
  log: { info(data: object, message: string): void; error(data: object, message: string): void },
): () => void {
  const run = (): void => {
    cleanUp(ports).then(
      (cleaned) => log.info(cleaned, 'housekeeping'),
      (error: unknown) => log.error({ err: error }, 'housekeeping failed'),
    );
  };
  const timer = setInterval(run, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
