import type { LoginRepository } from '../services/ports/store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createLoginRepository(database: ServiceDatabase): LoginRepository {
  return {
    async add(login) {
      await database
        .insertInto('logins')
        .values({
          id: login.id,
          caller_id: login.callerId,
          origin: login.origin,
          created_at: login.createdAt,
          indication: login.indication,
          certificate_digest: login.certificateDigest,
          report: login.report,
          identity: login.identity,
        })
        .execute();
    },
    async deleteBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('logins')
        .where('created_at', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    async byId(id) {
      const row = await database.selectFrom('logins').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) return null;
      return {
        id: row.id,
        callerId: row.caller_id,
        origin: row.origin,
        createdAt: row.created_at,
        indication: row.indication === 'passed' || row.indication === 'failed' ? row.indication : 'indeterminate',
        certificateDigest: row.certificate_digest,
        report: row.report,
        identity: row.identity,
      };
    },
  };
}
