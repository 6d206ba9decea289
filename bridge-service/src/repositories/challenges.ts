import type { ChallengeRepository } from '../services/ports/store.ts';
import { compiledOnce } from './engine/compiled-once.ts';
import type { ServiceDatabase } from './engine/schema.ts';

/** One statement decides who gets it, whatever runs beside. */
const consumed = compiledOnce((database) =>
  database
    .updateTable('challenges')
    .set({ consumed_at: '' })
    .where('challenge_digest', '=', '')
    .where('caller_id', '=', '')
    .where('consumed_at', 'is', null)
    .where('expires_at', '>', '')
    .returningAll(),
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
      const [row] = await consumed(database, [now, challengeDigest, callerId, now]);
      if (row === undefined) return null;
      return {
        id: row.id,
        challengeDigest: row.challenge_digest,
        callerId: row.caller_id,
        origin: row.origin,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
      };
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
