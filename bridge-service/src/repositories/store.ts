import type { CryptoOps } from '@onelock/core/crypto';
import { sql } from 'kysely';
import type { EvidenceSeal } from '../services/ports/evidence-seal.ts';
import type { Foreseen, Readings, Repositories, Store } from '../services/ports/store.ts';
import { createAdministratorCodeRepository } from './administrator-codes.ts';
import { createApplicationRepository } from './applications.ts';
import { createAuditReadings, createAuditRepository } from './audit.ts';
import { createBidOpeningRepository } from './bid-openings.ts';
import { callerOfToken, createCallerRepository } from './callers.ts';
import { createCaRepository, sharedVersionOfCas } from './cas.ts';
import { createCertificateRepository, sharedByDigest } from './certificates.ts';
import { createChallengeRepository } from './challenges.ts';
import { createChangeSetRepository } from './change-sets.ts';
import { createCompanyRepository } from './companies.ts';
import { createConsoleRepository } from './console.ts';
import { createDriverCatalogueRepository } from './driver-catalogues.ts';
import type { DatabaseLocation } from './engine/database-location.ts';
import { engineOf } from './engine/engine-of.ts';
import { createGroupCommit, type Unit } from './engine/group-commit.ts';
import { LocalEvents, type PendingEvent } from './engine/local-events.ts';
import { openDatabase } from './engine/open-database.ts';
import { listenForEvents } from './engine/postgres-listener.ts';
import type { ServiceDatabase } from './engine/schema.ts';
import { isStoreUnavailable } from './engine/store-unavailable.ts';
import { createEnrolmentRepository } from './enrolments.ts';
import { createEventRepository } from './events.ts';
import { createEvidenceRepository, createTsaRepository } from './evidence.ts';
import { createFactRepository } from './facts.ts';
import { foreseenReadings, type Seen } from './foreseen.ts';
import { createTurn } from './group-turn.ts';
import { createIdempotencyRepository } from './idempotency.ts';
import { createImportRepository } from './imports.ts';
import type { LateWrite } from './late-writes.ts';
import { createLoginRepository } from './logins.ts';
import { createOidcRepository } from './oidc.ts';
import { createPhoneOrderRepository } from './phone-orders.ts';
import { createPhoneRepository } from './phones.ts';
import { createPlatformMessageRepository } from './platform-messages.ts';
import { createProfileRepository } from './profiles.ts';
import { createQuotaRepository } from './quotas.ts';
import { createHistoryRepository } from './record-history.ts';
import { createSealRepository } from './seals.ts';
import { createSearchReadings } from './search.ts';
import { createStandingRepository } from './standing.ts';
import { createStatisticsRepository } from './statistics.ts';
import { createUsedOnceRepository } from './used-once.ts';
import { createWatchRepository } from './watch-list.ts';
import { createWebhookRepository } from './webhooks.ts';

export interface StoreOptions {
  readonly ops: CryptoOps;
  /** By which evidence is kept; who writes none needs none. */
  readonly seal?: () => EvidenceSeal;
  /** Told of a listener of events that throws. */
  readonly onListenerFailure?: ((error: unknown) => void) | undefined;
}

/** Opens a database, brings it to the latest migration, and listens to the other nodes on it. */
export async function openStore(location: DatabaseLocation, options: StoreOptions): Promise<Store> {
  const database = await openDatabase(location);
  const events = new LocalEvents(options.onListenerFailure ?? (() => undefined));
  try {
    const stopListening =
      location.engine === 'postgres' ? await listenForEvents(location, events) : async () => undefined;
    return createStore(database, events, stopListening, options);
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

function createStore(
  database: ServiceDatabase,
  events: LocalEvents,
  stopListening: () => Promise<void>,
  { ops, seal = noSeal }: StoreOptions,
): Store {
  let erasures = 0;
  const erased = (): void => {
    erasures += 1;
  };
  events.subscribe('evidence.erased', erased);
  events.onResync(erased);
  const commit = createGroupCommit(
    database,
    createTurn(ops, seal, () => erasures),
  );
  // A full disk, or a server that became a copy of another, answers questions and takes nothing.
  let writable = true;
  const noted = async <T>(written: Promise<T>): Promise<T> => {
    try {
      const result = await written;
      writable = true;
      return result;
    } catch (error) {
      if (isStoreUnavailable(error)) writable = false;
      throw error;
    }
  };
  const readings = createReadings(database);
  // On SQLite a statement costs microseconds: nothing is gained there by asking for many at once.
  const foresees = (foreseen: Foreseen | undefined): Foreseen | undefined =>
    engineOf(database) === 'postgres' ? foreseen : undefined;
  return {
    ...readings,
    callers: { ...readings.callers, byTokenDigest: callerOfToken(database) },
    cas: { ...readings.cas, version: sharedVersionOfCas(database) },
    certificates: { ...readings.certificates, byDigest: sharedByDigest(database) },
    subscribe: (topic, listener) => events.subscribe(topic, listener),
    onResync: (listener) => events.onResync(listener),
    transaction: (work, foreseen) =>
      noted(commit.run((unit) => work(repositoriesOf(unit, events)), foresees(foreseen))),
    record: (draft) => noted(commit.writeLast({ kind: 'audit', draft })),
    async ping() {
      await sql`select 1`.execute(database);
      if (writable) return;
      const at = new Date().toISOString();
      await noted(commit.run(({ transaction }) => createFactRepository(transaction).set('written-again', at)));
    },
    isWritable: () => writable,
    async close() {
      await stopListening();
      await database.destroy();
    },
  };
}

const noSeal = (): never => {
  throw new Error('evidence is kept sealed, and no seal was given');
};

/** Those of one transaction: its events are told after the commit. */
function repositoriesOf(
  { transaction, foreseen, seen, earlier, last, afterCommit }: Unit<LateWrite, Foreseen, Seen>,
  events: LocalEvents,
): Repositories {
  const pending: PendingEvent[] = [];
  afterCommit(() => {
    for (const event of pending) events.deliver(event);
  });
  const readings = createReadings(transaction);
  return {
    ...(seen === undefined || foreseen === undefined
      ? readings
      : foreseenReadings(readings, { foreseen, seen, earlier, late: last })),
    audit: createAuditRepository(transaction, (draft) => last({ kind: 'audit', draft })),
    events:
      seen === undefined
        ? createEventRepository(transaction, pending)
        : { publish: async (topic, data) => last({ kind: 'event', event: { topic, data } }) },
  };
}

function createReadings(database: ServiceDatabase): Readings {
  return {
    callers: createCallerRepository(database),
    codes: createAdministratorCodeRepository(database),
    challenges: createChallengeRepository(database),
    imports: createImportRepository(database),
    logins: createLoginRepository(database),
    cas: createCaRepository(database),
    audit: createAuditReadings(database),
    idempotency: createIdempotencyRepository(database),
    companies: createCompanyRepository(database),
    certificates: createCertificateRepository(database),
    seals: createSealRepository(database),
    history: createHistoryRepository(database),
    profiles: createProfileRepository(database),
    changeSets: createChangeSetRepository(database),
    facts: createFactRepository(database),
    bidOpenings: createBidOpeningRepository(database),
    evidence: createEvidenceRepository(database),
    tsa: createTsaRepository(database),
    watchList: createWatchRepository(database),
    standing: createStandingRepository(database),
    webhooks: createWebhookRepository(database),
    tickets: createUsedOnceRepository(database, 'used_tickets'),
    nonces: createUsedOnceRepository(database, 'request_nonces'),
    platformMessages: createPlatformMessageRepository(database),
    quotas: createQuotaRepository(database),
    oidc: createOidcRepository(database),
    driverCatalogues: createDriverCatalogueRepository(database),
    applications: createApplicationRepository(database),
    enrolments: createEnrolmentRepository(database),
    phones: createPhoneRepository(database),
    phoneOrders: createPhoneOrderRepository(database),
    statistics: createStatisticsRepository(database),
    search: createSearchReadings(database),
    console: createConsoleRepository(database),
  };
}
