import { sql } from 'kysely';
import type { Repositories, Store } from '../services/ports/store.ts';
import { createAdministratorCodeRepository } from './administrator-codes.ts';
import { createAuditRepository } from './audit.ts';
import { createCallerRepository } from './callers.ts';
import { createCaRepository } from './cas.ts';
import { createChallengeRepository } from './challenges.ts';
import { createGroupCommit } from './engine/group-commit.ts';
import type { ServiceDatabase } from './engine/schema.ts';
import { createIdempotencyRepository } from './idempotency.ts';
import { createLoginRepository } from './logins.ts';

export function createStore(database: ServiceDatabase): Store {
  const inTransaction = createGroupCommit(database);
  return {
    ...createRepositories(database),
    transaction: (work) => inTransaction((transaction) => work(createRepositories(transaction))),
    async ping() {
      await sql`select 1`.execute(database);
    },
    close: () => database.destroy(),
  };
}

function createRepositories(database: ServiceDatabase): Repositories {
  return {
    callers: createCallerRepository(database),
    codes: createAdministratorCodeRepository(database),
    challenges: createChallengeRepository(database),
    logins: createLoginRepository(database),
    cas: createCaRepository(database),
    audit: createAuditRepository(database),
    idempotency: createIdempotencyRepository(database),
  };
}
