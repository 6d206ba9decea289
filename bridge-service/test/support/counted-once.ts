import { expect } from 'vitest';
import type { TestDatabase } from './database.ts';

/** Waits until the statistics have every entry of the audit log, and none of them twice. The service has to be running. */
export async function expectCountedOnce(database: TestDatabase): Promise<void> {
  const standing = async () => {
    const [row] = await database.sql(`select (select size from audit_head) as recorded,
      (select sequence from statistics_progress) as counted, (select sum(count) from statistics_counts) as total`);
    return { recorded: Number(row?.recorded), counted: Number(row?.counted), total: Number(row?.total) };
  };
  await expect
    .poll(
      async () => {
        const { recorded, counted } = await standing();
        return counted === recorded;
      },
      { timeout: 40_000, interval: 250 },
    )
    .toBe(true);
  const { counted, total } = await standing();
  expect(total).toBe(counted);
}
