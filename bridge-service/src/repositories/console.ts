import type { Selectable } from 'kysely';
import type { ConsoleKey, ConsoleRepository, ConsoleSession } from '../services/ports/console-store.ts';
import { createCallerRepository } from './callers.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

/** More people than this do not work at one console at a time. */
const mostSessions = 500;

export function createConsoleRepository(database: ServiceDatabase): ConsoleRepository {
  return {
    async addKey(key) {
      await database
        .insertInto('console_keys')
        .values({
          id: key.id,
          caller_id: key.callerId,
          kind: key.kind,
          value: key.value,
          shown: key.shown,
          bound_at: key.boundAt,
          bound_by: key.boundBy,
          ended_at: key.endedAt,
        })
        .execute();
    },
    async keysOf(callerIds) {
      if (callerIds.length === 0) return [];
      const rows = await database
        .selectFrom('console_keys')
        .selectAll()
        .where('caller_id', 'in', callerIds)
        .orderBy('id')
        .execute();
      return rows.map(toKey);
    },
    async boundKey(kind, value) {
      const row = await database
        .selectFrom('console_keys')
        .selectAll()
        .where('value', '=', value)
        .where('kind', '=', kind)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return row === undefined ? null : toKey(row);
    },
    async endKey(callerId, id, at) {
      const { numUpdatedRows } = await database
        .updateTable('console_keys')
        .set({ ended_at: at })
        .where('id', '=', id)
        .where('caller_id', '=', callerId)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return Number(numUpdatedRows) === 1;
    },
    async addSession(session) {
      await database
        .insertInto('console_sessions')
        .values({
          digest: session.digest,
          caller_id: session.callerId,
          key_id: session.keyId,
          certificate_digest: session.certificateDigest,
          login_id: session.loginId,
          certificate: session.certificate,
          created_at: session.createdAt,
          seen_at: session.seenAt,
          expires_at: session.expiresAt,
        })
        .execute();
    },
    async session(digest) {
      const row = await database
        .selectFrom('console_sessions')
        .selectAll()
        .where('digest', '=', digest)
        .executeTakeFirst();
      if (row === undefined) return null;
      const caller = await createCallerRepository(database).byId(row.caller_id);
      return caller === null || caller.revokedAt !== null ? null : { session: toSession(row), caller };
    },
    async openSessions({ expiresAfter, seenAfter }, callerId) {
      let query = database
        .selectFrom('console_sessions')
        .selectAll()
        .where('expires_at', '>', expiresAfter)
        .where('seen_at', '>', seenAfter);
      if (callerId !== undefined) query = query.where('caller_id', '=', callerId);
      return (await query.orderBy('created_at', 'desc').orderBy('digest').limit(mostSessions).execute()).map(toSession);
    },
    async seeSession(digest, at) {
      await database.updateTable('console_sessions').set({ seen_at: at }).where('digest', '=', digest).execute();
    },
    async endSession(digest) {
      const { numDeletedRows } = await database
        .deleteFrom('console_sessions')
        .where('digest', '=', digest)
        .executeTakeFirst();
      return Number(numDeletedRows) === 1;
    },
    async endSessionsOf(callerId, keyId) {
      let query = database.deleteFrom('console_sessions').where('caller_id', '=', callerId);
      if (keyId !== undefined) query = query.where('key_id', '=', keyId);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
    async deleteExpiredBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('console_sessions')
        .where('expires_at', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function toKey(row: Selectable<Tables['console_keys']>): ConsoleKey {
  return {
    id: row.id,
    callerId: row.caller_id,
    kind: row.kind === 'person' ? 'person' : 'certificate',
    value: row.value,
    shown: row.shown,
    boundAt: row.bound_at,
    boundBy: row.bound_by,
    endedAt: row.ended_at,
  };
}

function toSession(row: Selectable<Tables['console_sessions']>): ConsoleSession {
  return {
    digest: row.digest,
    callerId: row.caller_id,
    keyId: row.key_id,
    certificateDigest: row.certificate_digest,
    loginId: row.login_id,
    certificate: row.certificate === null ? null : new Uint8Array(row.certificate),
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
  };
}
