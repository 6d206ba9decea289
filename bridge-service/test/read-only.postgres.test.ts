import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestService, type TestService } from './support/service.ts';

const patience = { timeout: 30_000, interval: 50 };

let service: TestService;
beforeAll(async () => {
  service = await createTestService();
});
afterAll(() => service.close());

/** As a server that became a copy of another: it answers questions and takes no writes. Who was connected has to connect anew. */
const readOnly = async (yes: boolean): Promise<void> => {
  const [row] = await service.database.sql('select current_database() as name');
  const name = String(row?.name);
  await service.database.sql(
    `begin read write; alter database ${name} set default_transaction_read_only = ${yes ? 'on' : 'off'}; commit`,
  );
  if (yes)
    await service.database.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'onelock-service'",
    );
};
const write = async (name: string) => {
  const { status, body } = await service.call('POST', '/v1/callers', {
    token: service.administrator,
    body: { name, role: 'vendor' },
  });
  return [status, body.error?.code];
};
const ready = async () => (await service.call('GET', '/readyz')).status;
const writable = async () =>
  /^onelock_database_writable (\d)$/m.exec((await service.call('GET', '/metrics')).body)?.[1];

it('A database that became read-only is told to whoever watches, refuses writes as unavailable, and recovers by itself', async () => {
  expect([await write('before'), await ready(), await writable()]).toEqual([[201, undefined], 200, '1']);
  await readOnly(true);
  // A refusal may come of a connection that was cut: that the database takes nothing is known once a write has reached it.
  await expect
    .poll(async () => [await write('meanwhile'), await ready(), await writable()], patience)
    .toEqual([[503, 'ERR_SERVICE_UNAVAILABLE'], 503, '0']);
  // What is only asked is answered.
  await expect
    .poll(async () => (await service.call('GET', '/v1/callers', { token: service.administrator })).status, patience)
    .toBe(200);
  await readOnly(false);
  await expect.poll(ready, patience).toBe(200);
  await expect.poll(async () => [await write('after'), await writable()], patience).toEqual([[201, undefined], '1']);
});
