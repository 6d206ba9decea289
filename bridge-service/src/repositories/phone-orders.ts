import type { Reason } from '@onelock/core/verdict';
import type { Selectable } from 'kysely';
import { type AskedFrom, type PhoneOrder, phoneOrderKinds, phoneOrderStates } from '../services/ports/phone-records.ts';
import type { PhoneOrderRepository } from '../services/ports/phone-store.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

type Row = Selectable<Tables['phone_orders']>;

export function createPhoneOrderRepository(database: ServiceDatabase): PhoneOrderRepository {
  const one = async (column: 'id' | 'token_digest' | 'code_digest', value: string): Promise<PhoneOrder | null> => {
    const row = await database.selectFrom('phone_orders').selectAll().where(column, '=', value).executeTakeFirst();
    return row === undefined ? null : toOrder(row);
  };
  return {
    async add(order) {
      await database.insertInto('phone_orders').values(toRow(order)).execute();
    },
    byId: (id) => one('id', id),
    byTokenDigest: (digest) => one('token_digest', digest),
    byCodeDigest: (digest) => one('code_digest', digest),
    async ofOwner(ownerDigest, limit) {
      const rows = await database
        .selectFrom('phone_orders')
        .selectAll()
        .where('owner_digest', '=', ownerDigest)
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toOrder);
    },
    async update(order) {
      const { id, ...row } = toRow(order);
      const { numUpdatedRows } = await database
        .updateTable('phone_orders')
        .set(row)
        .where('id', '=', id)
        .where('version', '=', order.version - 1)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async deleteExpiredBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('phone_orders')
        .where('expires_at', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function known<Value extends string>(values: readonly Value[], text: string): Value {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw new Error(`an order of a phone says ${text}`);
  return value;
}

function toRow(one: PhoneOrder): Row {
  return {
    ...{ id: one.id, kind: one.kind, state: one.state, owner_digest: one.ownerDigest, platform_id: one.platformId },
    ...{ client_id: one.clientId, client_name: one.clientName, site: one.site, origin: one.origin },
    ...{ token_digest: one.tokenDigest, code_digest: one.codeDigest, secrets: one.secrets, check_code: one.checkCode },
    ...{ phone_id: one.phoneId, contested_at: one.contestedAt, unlocked_at: one.unlockedAt, challenge: one.challenge },
    ...{ result: one.result, reason: one.reason === null ? null : JSON.stringify(one.reason) },
    ...{ screen_digest: one.screenDigest, asked_from: one.askedFrom && JSON.stringify(one.askedFrom) },
    ...{ match_needed: one.matchNeeded ? 1 : 0, match_failures: one.matchFailures },
    ...{ created_at: one.createdAt, expires_at: one.expiresAt, version: one.version },
  };
}

function toOrder(row: Row): PhoneOrder {
  return {
    ...{ id: row.id, kind: known(phoneOrderKinds, row.kind), state: known(phoneOrderStates, row.state) },
    ...{ ownerDigest: row.owner_digest, platformId: row.platform_id, clientId: row.client_id },
    ...{ clientName: row.client_name, site: row.site, origin: row.origin, tokenDigest: row.token_digest },
    ...{ codeDigest: row.code_digest, secrets: row.secrets, checkCode: row.check_code, phoneId: row.phone_id },
    ...{ contestedAt: row.contested_at, unlockedAt: row.unlocked_at, challenge: row.challenge, result: row.result },
    reason: row.reason === null ? null : (JSON.parse(row.reason) as Reason),
    ...{ screenDigest: row.screen_digest, matchNeeded: Number(row.match_needed) === 1 },
    askedFrom: row.asked_from === null ? null : (JSON.parse(row.asked_from) as AskedFrom),
    matchFailures: Number(row.match_failures),
    ...{ createdAt: row.created_at, expiresAt: row.expires_at, version: Number(row.version) },
  };
}
