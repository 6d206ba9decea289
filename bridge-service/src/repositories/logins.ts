import type { LoginRepository } from '../services/ports/store.ts';
import { compiledOnce, rowsOf } from './engine/compiled-once.ts';
import type { ServiceDatabase } from './engine/schema.ts';

const added = compiledOnce((database) =>
  database.insertInto('logins').values({
    ...{ id: '', caller_id: '', origin: '', created_at: '' },
    ...{ indication: '', certificate_digest: '', report: '', identity: '' },
  }),
);

export function createLoginRepository(database: ServiceDatabase): LoginRepository {
  return {
    async add(login) {
      await rowsOf(
        database,
        added(database, [
          ...[login.id, login.callerId, login.origin, login.createdAt],
          ...[login.indication, login.certificateDigest, login.report, login.identity],
        ]),
      );
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
