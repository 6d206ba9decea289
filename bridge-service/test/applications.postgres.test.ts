import { toBase64 } from '@onelock/core/bytes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { advanceApplications } from '../src/services/applications/advance-applications.ts';
import { EnrolmentWorld, makeRequest, start } from './support/applicant.ts';
import { createTestService, type TestService } from './support/service.ts';

let world: EnrolmentWorld;
let second: TestService;
beforeAll(async () => {
  world = await EnrolmentWorld.start();
  second = await createTestService({ outbound: true, outboundNetworks: ['127.0.0.1/32'] }, start, world.service);
});
afterAll(async () => {
  await second.close();
  await world.close();
});

const advanceSecond = (): Promise<number> => {
  const { enrolment } = second.ports;
  if (enrolment === undefined) throw new Error('no outbound');
  return advanceApplications({ ...second.ports, enrolment });
};
const submitted = async (): Promise<string> => {
  const id = await world.draft();
  expect((await world.submit(id, { request: toBase64(makeRequest().der) })).status).toBe(200);
  return id;
};

it('one node at a time brings an application to its CA', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, submitted));
  await Promise.all([world.advance(), advanceSecond(), world.advance(), advanceSecond()]);
  for (const id of ids) expect(await world.look(id)).toMatchObject({ state: 'issued' });
  expect(world.ca.asked.filter(({ operation }) => operation === 'simpleenroll')).toHaveLength(6);
  expect(world.ca.asked.filter(({ operation }) => operation === 'serverkeygen')).toHaveLength(6);
});

it('what a node was doing when it died, another does', async () => {
  const id = await submitted();
  const { store, clock } = world.service.ports;
  // The first node takes it and is never heard of again.
  const until = new Date(clock().getTime() + 120_000).toISOString();
  expect(await store.transaction(({ applications }) => applications.claim(id, clock().toISOString(), until))).toBe(
    true,
  );
  expect(await advanceSecond()).toBe(0);
  second.advance(121_000);
  expect(await advanceSecond()).toBe(1);
  const read = await second.call('GET', `/v1/applications/${id}`, { token: second.administrator });
  expect(read.body).toMatchObject({ state: 'issued' });
});

it('a node that follows an application is told of what another does', async () => {
  // What was announced of earlier applications may still be on its way.
  const told: string[] = [];
  second.ports.store.subscribe('application.changed', ({ id }) => told.push(id));
  const id = await world.draft();
  await expect.poll(() => told).toContain(id);
});
