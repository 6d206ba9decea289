import type { Selectable } from 'kysely';
import type { OidcClient, OidcRecord, OidcRepository } from '../services/ports/oidc-store.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

export function createOidcRepository(database: ServiceDatabase): OidcRepository {
  const live = (model: string, now: string) =>
    database
      .selectFrom('oidc_records')
      .selectAll()
      .where('model', '=', model)
      .where((builder) => builder.or([builder('expires_at', 'is', null), builder('expires_at', '>', now)]));

  return {
    async addClient(client) {
      await database
        .insertInto('oidc_clients')
        .values({
          ...{ id: client.id, platform_id: client.platformId, name: client.name, secret_digest: client.secretDigest },
          redirect_uris: JSON.stringify(client.redirectUris),
          post_logout_redirect_uris: JSON.stringify(client.postLogoutRedirectUris),
          backchannel_logout_uri: client.backchannelLogoutUri,
          ...{ created_at: client.createdAt, created_by: client.createdBy, revoked_at: client.revokedAt },
        })
        .execute();
    },
    async client(id) {
      const row = await database.selectFrom('oidc_clients').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toClient(row);
    },
    async clients({ after, limit }) {
      let query = database.selectFrom('oidc_clients').selectAll().orderBy('id').limit(limit);
      if (after !== null) query = query.where('id', '>', after);
      return (await query.execute()).map(toClient);
    },
    async revokeClient(id, at) {
      const { numUpdatedRows } = await database
        .updateTable('oidc_clients')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },

    async keys() {
      const rows = await database.selectFrom('oidc_keys').selectAll().orderBy('created_at').orderBy('id').execute();
      return rows.map(({ id, sealed, created_at: createdAt }) => ({ id, sealed, createdAt }));
    },
    async addKey({ id, sealed, createdAt }) {
      await database.insertInto('oidc_keys').values({ id, sealed, created_at: createdAt }).execute();
    },
    async deleteKey(id) {
      await database.deleteFrom('oidc_keys').where('id', '=', id).execute();
    },

    async put(record) {
      const row = {
        sealed: record.sealed,
        grant_digest: record.grantDigest,
        uid_digest: record.uidDigest,
        expires_at: record.expiresAt,
      };
      await database
        .insertInto('oidc_records')
        .values({ model: record.model, id_digest: record.idDigest, consumed_at: record.consumedAt, ...row })
        .onConflict((conflict) => conflict.columns(['model', 'id_digest']).doUpdateSet(row))
        .execute();
    },
    async find(model, idDigest, now) {
      const row = await live(model, now).where('id_digest', '=', idDigest).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },
    async findByUid(model, uidDigest, now) {
      const row = await live(model, now).where('uid_digest', '=', uidDigest).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },
    async consume(model, idDigest, now) {
      const { numUpdatedRows } = await database
        .updateTable('oidc_records')
        .set({ consumed_at: now })
        .where('model', '=', model)
        .where('id_digest', '=', idDigest)
        .where('consumed_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async destroy(model, idDigest) {
      await database.deleteFrom('oidc_records').where('model', '=', model).where('id_digest', '=', idDigest).execute();
    },
    async destroyGrant(model, grantDigest) {
      await database
        .deleteFrom('oidc_records')
        .where('model', '=', model)
        .where('grant_digest', '=', grantDigest)
        .execute();
    },
    async deleteExpiredBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('oidc_records')
        .where('expires_at', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function toClient(row: Selectable<Tables['oidc_clients']>): OidcClient {
  return {
    id: row.id,
    platformId: row.platform_id,
    name: row.name,
    secretDigest: row.secret_digest,
    redirectUris: JSON.parse(row.redirect_uris) as string[],
    postLogoutRedirectUris: JSON.parse(row.post_logout_redirect_uris) as string[],
    backchannelLogoutUri: row.backchannel_logout_uri,
    createdAt: row.created_at,
    createdBy: row.created_by,
    revokedAt: row.revoked_at,
  };
}

function toRecord(row: Selectable<Tables['oidc_records']>): OidcRecord {
  return {
    model: row.model,
    idDigest: row.id_digest,
    sealed: row.sealed,
    grantDigest: row.grant_digest,
    uidDigest: row.uid_digest,
    consumedAt: row.consumed_at,
    expiresAt: row.expires_at,
  };
}
