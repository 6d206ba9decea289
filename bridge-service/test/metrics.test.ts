import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeCheckpoint } from '../src/services/audit-checkpoints.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeEach(async () => {
  service = await createTestService();
});
afterEach(() => service.close());

const metric = async (name: string): Promise<number | undefined> => {
  const { body } = await service.call('GET', '/metrics');
  const line = String(body)
    .split('\n')
    .find((text) => text.startsWith(`${name} `) || text.startsWith(`${name}{`));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};

it('says how long the audit log is, and how much of it no witness has seen', async () => {
  await makeCheckpoint(service.ports);
  await service.caller('vendor');
  service.advance(90_000);
  expect(await metric('onelock_audit_entries')).toBe(3);
  expect(await metric('onelock_database_up')).toBe(1);
  expect(await metric('onelock_audit_unwitnessed_entries')).toBe(1);
  expect(await metric('onelock_audit_checkpoint_age_seconds')).toBe(90);
});

it('says that the database is away instead of failing with it', async () => {
  const { audit } = service.ports.store;
  Object.assign(audit, { head: () => Promise.reject(new Error('away')) });
  expect(await metric('onelock_database_up')).toBe(0);
  expect(await metric('onelock_audit_entries')).toBeUndefined();
});
