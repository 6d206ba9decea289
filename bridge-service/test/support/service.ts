import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { buildApp } from '../../src/app.ts';
import { createWitnessFiles } from '../../src/audit/witness-files.ts';
import {
  changeRulesOf,
  lifetimesOf,
  readConfig,
  type ServiceConfig,
  secretsFolderOf,
  witnessFoldersOf,
} from '../../src/config.ts';
import { createEvidence, type Evidence, noEvidence } from '../../src/evidence/index.ts';
import { createEnrolmentDoor } from '../../src/outbound/index.ts';
import { isStoreUnavailable } from '../../src/repositories/engine/store-unavailable.ts';
import { openStore } from '../../src/repositories/store.ts';
import { caCredentials } from '../../src/secrets/ca-credentials.ts';
import { loadReportSigner } from '../../src/secrets/report-signer.ts';
import { loadServiceKey } from '../../src/secrets/service-key.ts';
import { loadWebReportKey } from '../../src/secrets/web-report-key.ts';
import { issueFirstAdministratorCode } from '../../src/services/administrator-codes.ts';
import { createCaller } from '../../src/services/create-caller.ts';
import { createEvidenceSeal } from '../../src/services/evidence-seal.ts';
import { secretDigest } from '../../src/services/identifiers.ts';
import { createPersonalData } from '../../src/services/personal-data.ts';
import { followPlatforms } from '../../src/services/platform-access.ts';
import type { Ports } from '../../src/services/ports/ports.ts';
import type { Role } from '../../src/services/ports/records.ts';
import { createTrustRegistry } from '../../src/services/trust-registry.ts';
import { followWatchList } from '../../src/services/watch-list/watch-index.ts';
import { startAuthority } from '../../src/tsa/index.ts';
import { VerificationPool } from '../../src/workers/verification-pool.ts';
import { newTestDatabase, type TestDatabase } from './database.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is read field by field; its schema is checked by the service under test
  readonly body: any;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
}

export interface Request {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestService {
  readonly app: FastifyInstance;
  readonly ports: Ports;
  /** With `outbound: true` alone; a round of its job is `evidence.sync()`. */
  readonly evidence: Evidence | undefined;
  readonly folder: string;
  /** SQLite or PostgreSQL, by the run: see support/database.ts. */
  readonly database: TestDatabase;
  readonly administrator: string;
  call(method: string, url: string, request?: Request): Promise<Answer>;
  /** Makes a caller and gives its token. */
  caller(role: Role, more?: { origins?: string[]; permissions?: string[] }): Promise<string>;
  /** Moves the service's clock. */
  advance(milliseconds: number): void;
  /** As somebody who sets the machine's clock. */
  setClock(instant: Date): void;
  close(): Promise<void>;
}

/**
 * A whole service on a database of its own, called in process, with every answer checked against its schema; or another node `beside` one,
 * on the same database (PostgreSQL), with the same secrets and administrator.
 */
export async function createTestService(
  overrides: Partial<ServiceConfig> = {},
  at: Date = new Date('2026-06-01T00:00:00Z'),
  beside?: TestService,
): Promise<TestService> {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-service-'));
  const database = beside?.database ?? (await newTestDatabase(folder));
  const config: ServiceConfig = {
    ...readConfig({}),
    dataDir: folder,
    outbound: false,
    codeAttemptsPerMinute: 1000,
    // Most tests are not about revocation; those that are say so.
    newCaRevocation: 'if-available',
    secretsDir: beside === undefined ? null : path.join(beside.folder, 'secrets'),
    ...overrides,
  };
  let now = at.getTime();
  const ops = createNodeCrypto();
  const seal = createEvidenceSeal(secretsFolderOf(config), ops);
  const store = await openStore(database.location, { ops, seal: () => seal });
  const pool = config.verificationThreads > 0 ? new VerificationPool(config.verificationThreads) : undefined;
  const shared = {
    store,
    clock: () => new Date(now),
    ops,
    trust: createTrustRegistry(),
    lifetimes: lifetimesOf(config),
  };
  const logger = pino({ level: 'error' }, pino.destination({ dest: 2, sync: true }));
  const watched = await followWatchList(store, shared.clock, (error) =>
    logger.error({ err: error }, 'the watch-list could not be read'),
  );
  const platforms = await followPlatforms(store, (error) =>
    logger.error({ err: error }, 'profiles of platforms could not be read'),
  );
  const evidence = config.outbound ? createEvidence({ ...shared, config, logger }) : undefined;
  await evidence?.load();
  // Here the clock that nobody can set goes with the other: a test moves both, or sets the clock.
  let monotonic = 0;
  const tsa = startAuthority({ ...shared, config, logger, monotonicMs: () => monotonic });
  const key = loadServiceKey(secretsFolderOf(config), ops);
  const ports: Ports = {
    ...shared,
    evidence: evidence ?? noEvidence,
    tsa: tsa.authority,
    clockMonitor: tsa.monitor,
    key,
    seal,
    reports: loadReportSigner(secretsFolderOf(config), key, ops, at),
    webReports: loadWebReportKey(secretsFolderOf(config)),
    changes: changeRulesOf(config),
    personal: createPersonalData(secretsFolderOf(config), ops),
    witnesses: createWitnessFiles(witnessFoldersOf(config), (_folder, error) => {
      throw error;
    }),
    watched,
    enrolment: config.outbound
      ? createEnrolmentDoor(config.outboundNetworks, caCredentials(secretsFolderOf(config)), shared.clock, 2_000)
      : undefined,
    platforms,
    pool,
  };
  const app = await buildApp({
    config,
    ports,
    logger,
    isStoreUnavailable,
    checkAnswers: true,
  });

  const call: TestService['call'] = async (method, url, { token, body, headers } = {}) => {
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && {
        payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    });
    const json = String(answer.headers['content-type']).startsWith('application/json');
    return { status: answer.statusCode, body: json ? answer.json() : answer.body, headers: answer.headers };
  };

  /** As if two people had let it in. */
  const letIn = async (role: Role, more: object): Promise<string> => {
    const caller = await store.callers.byTokenDigest(secretDigest(administrator, ops));
    if (caller === null) throw new Error('no administrator');
    const direct = { ...ports, changes: { ...ports.changes, control: 'direct' } as const };
    const act = { caller, requestId: 'test', transaction: store.transaction };
    return (await createCaller(direct, act, { name: `a ${role}`, role, ...more })).token;
  };

  const firstAdministrator = async (): Promise<string> => {
    const printed = await issueFirstAdministratorCode(ports);
    return (await call('POST', '/v1/administrators', { body: { code: printed?.code, name: '管理员' } })).body.token;
  };
  const administrator = beside?.administrator ?? (await firstAdministrator());

  return {
    app,
    ports,
    evidence,
    folder,
    database,
    administrator,
    call,
    async caller(role, more = {}) {
      if (config.changeControl === 'two-person') return letIn(role, more);
      const { status, body } = await call('POST', '/v1/callers', {
        token: administrator,
        body: { name: `a ${role}`, role, ...more },
      });
      if (status !== 201) throw new Error(JSON.stringify(body));
      return body.token;
    },
    advance(milliseconds) {
      now += milliseconds;
      monotonic += milliseconds;
    },
    setClock(instant) {
      now = instant.getTime();
    },
    async close() {
      await app.close();
      await evidence?.close();
      tsa.stop();
      await pool?.close();
      await watched.stop();
      await platforms.stop();
      await store.close();
      if (beside === undefined) await database.drop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
