import type { CryptoOps } from '@onelock/core/crypto';
import type { ServiceConfig } from '../config.ts';
import { createOutbound, shownUrl } from '../outbound/index.ts';
import { auditDraft } from '../services/append-audit.ts';
import type { Clock } from '../services/ports/clock.ts';
import type { Lifetimes } from '../services/ports/ports.ts';
import type { Store } from '../services/ports/store.ts';
import type { TrustRegistry } from '../services/trust-registry.ts';
import { defaultEvidenceLimits, Evidence, type EvidenceEvents } from './evidence.ts';

type EvidenceConfig = Pick<
  ServiceConfig,
  | 'outboundNetworks'
  | 'outboundProxy'
  | 'evidenceWaitMs'
  | 'ocspTimeoutMs'
  | 'crlTimeoutMs'
  | 'crlLimitBytes'
  | 'listRetentionDays'
>;

export interface EvidenceParts {
  readonly config: EvidenceConfig;
  readonly store: Store;
  readonly trust: TrustRegistry;
  readonly clock: Clock;
  readonly ops: CryptoOps;
  readonly lifetimes: Lifetimes;
  readonly logger: {
    warn(data: object, message: string): void;
    info(data: object, message: string): void;
    error(data: object, message: string): void;
  };
}

/** Makes the room of evidence as the configuration says. Nothing runs yet. */
export function createEvidence(parts: EvidenceParts): Evidence {
  const { config, store, trust, clock, ops } = parts;
  return new Evidence({
    ...{ store, trust, clock, ops },
    outbound: createOutbound({ networks: config.outboundNetworks, proxy: config.outboundProxy }),
    events: alarms(parts),
    limits: {
      ...defaultEvidenceLimits,
      waitMs: config.evidenceWaitMs,
      ocspTimeoutMs: config.ocspTimeoutMs,
      crlTimeoutMs: config.crlTimeoutMs,
      crlLimitBytes: config.crlLimitBytes,
      listRetentionMs: config.listRetentionDays * 86_400_000,
    },
  });
}

/** Sources that begin to fail, and lists that grow old, are told in the log of the program and in the audit log. */
function alarms(parts: EvidenceParts): EvidenceEvents {
  const { store, logger } = parts;
  const record = (action: string, caId: string, reason: string, details: Readonly<Record<string, unknown>>): void => {
    const act = { actor: 'service', role: 'none', requestId: '', outcome: 'done', target: caId } as const;
    store
      .record(auditDraft(parts, { ...act, action, reason, details }))
      .catch((error: unknown) => logger.error({ err: error }, 'an alarm could not be recorded'));
  };
  return {
    onChange: ({ source, kind, url, lastError, lastSuccessAt }, change) => {
      const details = { kind, url: shownUrl(url), lastSuccessAt };
      logger.warn({ ...details, reason: lastError }, `a source of evidence is ${change}`);
      record(`evidence.source-${change}`, source.split(' ')[1] ?? '', lastError?.code ?? '', details);
    },
    onStale: ({ source, stored }, change) => {
      const { thisUpdate, nextUpdate, digest } = stored;
      const details = { url: shownUrl(source.url), thisUpdate, nextUpdate, digest: `sm3:${digest}` };
      logger.warn(details, `a revocation list is ${change}`);
      record(`evidence.list-${change}`, source.caId ?? '', change === 'stale' ? 'ERR_REVOCATION_STALE' : '', details);
    },
    onFailure: (error) => logger.error({ err: error }, 'evidence could not be had, by a fault of our own'),
  };
}

const everyMs = 5_000;
const cleanUpEveryMs = 10 * 60_000;

/** Keeps the lists of registered CAs fresh; gives the function that stops it. */
export async function startEvidence(
  evidence: Evidence,
  { store, logger }: Pick<EvidenceParts, 'store' | 'logger'>,
): Promise<() => Promise<void>> {
  await evidence.load();
  let running: Promise<void> | undefined;
  let again = false;
  const round = (): void => {
    if (running !== undefined) {
      again = true;
      return;
    }
    running = evidence
      .sync()
      .catch((error: unknown) => logger.error({ err: error }, 'a round of evidence failed'))
      .finally(() => {
        running = undefined;
        if (!again) return;
        again = false;
        round();
      });
  };
  const timer = setInterval(round, everyMs);
  const cleaning = setInterval(() => {
    evidence.cleanUp().catch((error: unknown) => logger.error({ err: error }, 'evidence could not be cleaned up'));
  }, cleanUpEveryMs);
  timer.unref();
  cleaning.unref();
  const stopListening = store.subscribe('evidence.changed', round);
  round();
  return async () => {
    clearInterval(timer);
    clearInterval(cleaning);
    stopListening();
    again = false;
    await evidence.close();
    await running;
  };
}
