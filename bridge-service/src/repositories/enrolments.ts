import type { CaEnrolment } from '../services/ports/application-records.ts';
import type { EnrolmentRepository } from '../services/ports/application-store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createEnrolmentRepository(database: ServiceDatabase): EnrolmentRepository {
  return {
    async ofCa(caId) {
      const row = await database.selectFrom('ca_enrolments').selectAll().where('ca_id', '=', caId).executeTakeFirst();
      return row === undefined ? null : { caId, updatedAt: row.updated_at, ...read(row.enrolment) };
    },
    async set(caId, enrolment, at) {
      const values = { enrolment: JSON.stringify(enrolment), updated_at: at };
      await database
        .insertInto('ca_enrolments')
        .values({ ca_id: caId, ...values })
        .onConflict((conflict) => conflict.column('ca_id').doUpdateSet(values))
        .execute();
    },
    async open() {
      const rows = await database
        .selectFrom('ca_enrolments')
        .innerJoin('cas', 'cas.id', 'ca_enrolments.ca_id')
        .select(['ca_id', 'enrolment', 'ca_enrolments.updated_at', 'cas.name'])
        .where('cas.state', '=', 'active')
        .orderBy('ca_id')
        .execute();
      return rows
        .map((row) => ({ caId: row.ca_id, caName: row.name, updatedAt: row.updated_at, ...read(row.enrolment) }))
        .filter(({ state }) => state === 'open');
    },
  };
}

const read = (json: string): CaEnrolment => JSON.parse(json) as CaEnrolment;
