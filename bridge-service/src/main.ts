import path from 'node:path';
import type { CryptoOps } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import type { Logger } from 'pino';
import { buildApp } from './app.ts';
import { createWitnessFiles } from './audit/witness-files.ts';
import {
  changeRulesOf,
  databaseLocationOf,
  lifetimesOf,
  type ServiceConfig,
  secretsFolderOf,
  unknownVariables,
  witnessFoldersOf,
} from './config.ts';
import { createEvidence, noEvidence, startEvidence } from './evidence/index.ts';
import { startApplications } from './jobs/applications.ts';
import { startChangeSchedule } from './jobs/change-sets.ts';
import { startCheckpoints } from './jobs/checkpoints.ts';
import { startHousekeeping } from './jobs/housekeeping.ts';
import { startImports } from './jobs/imports.ts';
import { startIndexing } from './jobs/indexing.ts';
import { startNodeBeat } from './jobs/node-beat.ts';
import { startSealing } from './jobs/sealing.ts';
import { startStatistics } from './jobs/statistics.ts';
import { startWebhooks } from './jobs/webhooks.ts';
import { createEnrolmentDoor, createWebhookPost } from './outbound/index.ts';
import { programVersion } from './program-version.ts';
import { isStoreUnavailable } from './repositories/engine/store-unavailable.ts';
import { openStore } from './repositories/store.ts';
import { caCredentials } from './secrets/ca-credentials.ts';
import { rememberSecrets, requireKeptSecrets } from './secrets/kept-secrets.ts';
import { loadReportSigner } from './secrets/report-signer.ts';
import { loadServiceKey } from './secrets/service-key.ts';
import { loadWebReportKey } from './secrets/web-report-key.ts';
import { createServiceLogger } from './service-logger.ts';
import { issueFirstAdministratorCode, type PrintedCode } from './services/administrator-codes.ts';
import { loadEvidenceSeal } from './services/evidence-seal.ts';
import { createPersonalData, requireKeyOf } from './services/personal-data.ts';
import { followPlatforms } from './services/platform-access.ts';
import type { EvidenceSeal } from './services/ports/evidence-seal.ts';
import type { Ports } from './services/ports/ports.ts';
import type { Store } from './services/ports/store.ts';
import { createTrustRegistry } from './services/trust-registry.ts';
import { followWatchList } from './services/watch-list/watch-index.ts';
import { startAuthority } from './tsa/index.ts';
import { VerificationPool } from './workers/verification-pool.ts';

export interface RunningService {
  readonly url: string;
  readonly port: number;
  /** What the first administrator is made by; null when there is one already. */
  readonly administratorCode: PrintedCode | null;
  /** Lets running requests end, then closes the database. */
  stop(): Promise<void>;
}

/**
 * Starts the service: database, crypto with its self-test, HTTP.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID (also for a taken port), ERR_SERVICE_DATABASE_NEWER, ERR_CRYPTO_SELF_TEST_FAILED
 */
export async function startService(
  config: ServiceConfig,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RunningService> {
  const logger = createServiceLogger(config);
  for (const name of unknownVariables(environment)) logger.warn({ variable: name }, 'no such configuration key');
  const ops = createNodeCrypto();
  let seal: EvidenceSeal | undefined;
  const store = await openStore(databaseLocationOf(config), {
    ops,
    seal: () => {
      if (seal === undefined) throw new Error('nothing is kept before the keys are read');
      return seal;
    },
    onListenerFailure: (error) => logger.error({ err: error }, 'a listener of events failed'),
  });
  // What is open already when a later part cannot be had: an open connection would keep the program from ending.
  const opened: (() => Promise<unknown>)[] = [() => store.close()];
  try {
    await requireKeptSecrets(secretsFolderOf(config), { store, ops });
    seal = await loadEvidenceSeal(secretsFolderOf(config), { store, ops });
    return await startOn(store, { config, logger, ops, opened, seal });
  } catch (error) {
    for (const close of opened.reverse()) await close();
    throw error;
  }
}

interface StartingParts {
  readonly config: ServiceConfig;
  readonly logger: Logger;
  readonly ops: CryptoOps;
  /** Takes what closes each part that was opened. */
  readonly opened: (() => Promise<unknown>)[];
  readonly seal: EvidenceSeal;
}

async function startOn(store: Store, { config, logger, ops, opened, seal }: StartingParts): Promise<RunningService> {
  const secrets = secretsFolderOf(config);
  const key = loadServiceKey(secrets, ops);
  const pool = config.verificationThreads > 0 ? new VerificationPool(config.verificationThreads) : undefined;
  if (pool !== undefined) opened.push(() => pool.close());
  const shared = {
    store,
    clock: () => new Date(),
    ops,
    trust: createTrustRegistry(),
    lifetimes: lifetimesOf(config),
  };
  const watched = await followWatchList(store, shared.clock, (error) =>
    logger.error({ err: error }, 'the watch-list could not be read'),
  );
  opened.push(() => watched.stop());
  const platforms = await followPlatforms(store, (error) =>
    logger.error({ err: error }, 'profiles of platforms could not be read'),
  );
  opened.push(() => platforms.stop());
  const evidence = config.outbound ? createEvidence({ ...shared, config, logger }) : undefined;
  const tsa = startAuthority({ ...shared, config, logger });
  opened.push(async () => tsa.stop());
  const ports: Ports = {
    ...shared,
    evidence: evidence ?? noEvidence,
    tsa: tsa.authority,
    clockMonitor: tsa.monitor,
    key,
    seal,
    reports: loadReportSigner(secrets, key, ops, new Date()),
    webReports: loadWebReportKey(secrets),
    changes: changeRulesOf(config),
    personal: createPersonalData(secrets, ops),
    witnesses: createWitnessFiles(witnessFoldersOf(config), (folder, error) =>
      logger.error({ err: error, folder }, 'a witness of the audit log could not be written'),
    ),
    watched,
    enrolment: config.outbound
      ? createEnrolmentDoor(
          config.outboundNetworks,
          caCredentials(secrets),
          shared.clock,
          undefined,
          config.outboundProxy,
        )
      : undefined,
    platforms,
    pool,
  };
  await requireKeyOf(ports);
  const app = await buildApp({ config, ports, logger, isStoreUnavailable });
  await rememberSecrets(secrets, ports);
  const stopHousekeeping = startHousekeeping(ports, logger);
  const stopSealing = startSealing(ports, logger);
  const stopIndexing = startIndexing(ports, logger);
  const stopStatistics = startStatistics(ports, config.statisticsSeconds, logger);
  const stopBeat = startNodeBeat(
    ports,
    {
      version: programVersion(),
      database: databaseLocationOf(config).engine,
      clock: () => ({ clockOffsetMs: tsa.monitor.offsetMs, clockDoubt: tsa.monitor.doubt() ?? null }),
    },
    logger,
  );
  const stopEvidence =
    evidence === undefined ? async () => undefined : await startEvidence(evidence, { store, logger });
  const stopWebhooks = config.outbound
    ? startWebhooks(ports, createWebhookPost(config.outboundNetworks, config.outboundProxy), logger)
    : async () => undefined;
  const { enrolment } = ports;
  const stopApplications =
    enrolment === undefined ? async () => undefined : startApplications({ ...ports, enrolment }, logger);
  const stopImports = await startImports(
    ports,
    {
      folder: path.join(config.dataDir, 'imports'),
      leaseSeconds: config.importLeaseSeconds,
      mostRows: config.importMostRows,
      alone: config.databaseUrl === null,
    },
    logger,
  );
  const stop = async (): Promise<void> => {
    stopHousekeeping();
    await stopSealing();
    await stopIndexing();
    await stopBeat();
    await stopStatistics();
    await app.close();
    await stopImports();
    await stopWebhooks();
    await stopApplications();
    await stopEvidence();
    tsa.stop();
    await stopSchedule();
    await stopCheckpoints();
    await pool?.close();
    await watched.stop();
    await platforms.stop();
    await store.close();
  };
  const stopSchedule = startChangeSchedule(ports, logger);
  const administratorCode = await issueFirstAdministratorCode(ports);
  const stopCheckpoints = await startCheckpoints(ports, config.auditCheckpointSeconds, logger);
  const url = await listen(() => app.listen({ host: config.host, port: config.port }), config);
  return { url, port: Number(new URL(url).port), administratorCode, stop };
}

async function listen(start: () => Promise<string>, { host, port }: ServiceConfig): Promise<string> {
  try {
    return await start();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND'].includes(code)) throw error;
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: `${host}:${port}`, rule: code }, { cause: error });
  }
}
