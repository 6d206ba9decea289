import type { AdministratorCodeRepository } from '../services/ports/store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createAdministratorCodeRepository(database: ServiceDatabase): AdministratorCodeRepository {
  return {
    async add(code) {
      await database
        .insertInto('administrator_codes')
        .values({
          id: code.id,
          code_digest: code.codeDigest,
          purpose: code.purpose,
          created_at: code.createdAt,
          expires_at: code.expiresAt,
          used_at: null,
        })
        .execute();
    },
    async live(now) {
      const rows = await database
        .selectFrom('administrator_codes')
        .selectAll()
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        codeDigest: row.code_digest,
        purpose: row.purpose === 'break-glass' ? 'break-glass' : 'first-administrator',
        createdAt: row.created_at,
        expiresAt: row.expires_at,
      }));
    },
    async use(id, now) {
      const { numUpdatedRows } = await database
        .updateTable('administrator_codes')
        .set({ used_at: now })
        .where('id', '=', id)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async endAll(purpose, now) {
      await database
        .updateTable('administrator_codes')
        .set({ expires_at: now })
        .where('purpose', '=', purpose)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .execute();
    },
  };
}
