import type { Selectable } from 'kysely';
import type { Challenge } from '../services/ports/records.ts';
import type { ChallengeRepository } from '../services/ports/store.ts';
import { compiledOnce, rowsOf } from './engine/compiled-once.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

export const challengeColumns = [
  ...(['id', 'challenge_digest', 'caller_id', 'origin', 'created_at', 'expires_at'] as const),
];

/** One statement decides who gets it, whatever runs beside. */
const consumed = compiledOnce((database) =>
  database
    .updateTable('challenges')
    .set({ consumed_at: '' })
    .where('challenge_digest', '=', '')
    .where('caller_id', '=', '')
    .where('consumed_at', 'is', null)
    .where('expires_at', '>', '')
    .returning(challengeColumns),
);

export function createChallengeRepository(database: ServiceDatabase): ChallengeRepository {
  return {
    async add(challenge) {
      await database
        .insertInto('challenges')
        .values({
          id: challenge.id,
          challenge_digest: challenge.challengeDigest,
          caller_id: challenge.callerId,
          origin: challenge.origin,
          created_at: challenge.createdAt,
          expires_at: challenge.expiresAt,
          consumed_at: null,
        })
        .execute();
    },
    async consume(challengeDigest, callerId, now) {
      const [row] = await rowsOf(database, consumed(database, [now, challengeDigest, callerId, now]));
      return row === undefined ? null : toChallenge(row);
    },
    async deleteExpiredBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('challenges')
        .where('expires_at', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

export function toChallenge(row: Pick<Selectable<Tables['challenges']>, (typeof challengeColumns)[number]>): Challenge {
  return {
    id: row.id,
    challengeDigest: row.challenge_digest,
    callerId: row.caller_id,
    origin: row.origin,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
