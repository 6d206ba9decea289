import type { Selectable } from 'kysely';
import type { Phone } from '../services/ports/phone-records.ts';
import type { PhoneRepository } from '../services/ports/phone-store.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

type Row = Selectable<Tables['phones']>;

export function createPhoneRepository(database: ServiceDatabase): PhoneRepository {
  const one = async (column: 'id' | 'public_key_digest', value: string): Promise<Phone | null> => {
    const row = await database.selectFrom('phones').selectAll().where(column, '=', value).executeTakeFirst();
    return row === undefined ? null : toPhone(row);
  };
  return {
    async add(phone) {
      await database.insertInto('phones').values(toRow(phone)).execute();
    },
    byId: (id) => one('id', id),
    byPublicKeyDigest: (digest) => one('public_key_digest', digest),
    async areThere() {
      return (await database.selectFrom('phones').select('id').limit(1).executeTakeFirst()) !== undefined;
    },
    async deleteUncertifiedBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('phones')
        .where('created_at', '<', instant)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('certificates')
                .select('certificates.id')
                .whereRef('certificates.key_digest', '=', 'phones.public_key_digest'),
            ),
          ),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    async update(phone) {
      const { id, ...row } = toRow(phone);
      await database.updateTable('phones').set(row).where('id', '=', id).execute();
    },
  };
}

function toRow(one: Phone): Row {
  return {
    ...{ id: one.id, secret_digest: one.secretDigest, public_key_digest: one.publicKeyDigest },
    ...{ pin_digest: one.pinDigest, share: one.share, failures: one.failures, locked_at: one.lockedAt },
    ...{ created_at: one.createdAt, used_at: one.usedAt },
  };
}

function toPhone(row: Row): Phone {
  return {
    ...{ id: row.id, secretDigest: row.secret_digest, publicKeyDigest: row.public_key_digest },
    ...{ pinDigest: row.pin_digest, share: row.share, failures: Number(row.failures), lockedAt: row.locked_at },
    ...{ createdAt: row.created_at, usedAt: row.used_at },
  };
}
