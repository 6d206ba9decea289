import { CompiledQuery } from 'kysely';

/** Of a job in a group (see group-commit.ts). Built once, as they run with every job. */
export const savepoint = CompiledQuery.raw('savepoint job');
export const rollback = CompiledQuery.raw('rollback to savepoint job');
export const release = CompiledQuery.raw('release savepoint job');
