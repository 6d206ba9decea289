import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../src/jobs/housekeeping.ts';
import { canonicalJson } from '../src/services/idempotency.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await createTestService();
});
afterAll(() => service.close());

let keys = 0;
const freshKey = (): string => `test-key-${keys++}`;
const create = (key: string, body: object, token = service.administrator) =>
  service.call('POST', '/v1/callers', { token, body, headers: { 'idempotency-key': key } });

describe('a write with an Idempotency-Key', () => {
  it('is done once and answered alike every time', async () => {
    const key = freshKey();
    const first = await create(key, { name: 'once', role: 'vendor' });
    const second = await create(key, { role: 'vendor', name: 'once' });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    const { body } = await service.call('GET', '/v1/callers?role=vendor', { token: service.administrator });
    expect(body.items.filter(({ name }: { name: string }) => name === 'once')).toHaveLength(1);
  });

  it('is done once when twenty arrive together', async () => {
    const key = freshKey();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => create(key, { name: 'together', role: 'supervisor' })),
    );
    expect(new Set(answers.map(({ body }) => body.token)).size).toBe(1);
    const { body } = await service.call('GET', '/v1/callers?role=supervisor', { token: service.administrator });
    expect(body.items.filter(({ name }: { name: string }) => name === 'together')).toHaveLength(1);
  });

  it('is refused when the key was used for something else', async () => {
    const key = freshKey();
    await create(key, { name: 'this', role: 'vendor' });
    const other = await create(key, { name: 'that', role: 'vendor' });
    expect(other.status).toBe(409);
    expect(other.body.error.code).toBe('ERR_REQUEST_IDEMPOTENCY_MISMATCH');
  });

  it('has keys of its own: two callers may use the same', async () => {
    const key = freshKey();
    const second = await service.caller('administrator');
    const one = await create(key, { name: 'same key', role: 'vendor' });
    const two = await create(key, { name: 'same key', role: 'vendor' }, second);
    expect(two.status).toBe(201);
    expect(two.body.id).not.toBe(one.body.id);
  });

  it('is refused by name, and not done again, with a credential that cannot open the answer', async () => {
    const key = freshKey();
    const { body } = await service.call('POST', '/v1/callers', {
      token: service.administrator,
      body: { name: 'another administrator', role: 'administrator' },
    });
    const first = await create(key, { name: 'before the token was replaced', role: 'vendor' }, body.token);
    expect(first.status).toBe(201);
    const fresh = await service.call('POST', `/v1/callers/${body.id}/token`, { token: service.administrator });
    const again = await create(key, { name: 'before the token was replaced', role: 'vendor' }, fresh.body.token);
    expect([again.status, again.body.error?.code]).toEqual([409, 'ERR_REQUEST_IDEMPOTENCY_MISMATCH']);
    const listed = await service.call('GET', '/v1/callers?role=vendor&limit=200', { token: service.administrator });
    const made = listed.body.items.filter(({ name }: { name: string }) => name === 'before the token was replaced');
    expect(made).toHaveLength(1);
  });

  it('that failed is not kept: the same key may try again', async () => {
    const key = freshKey();
    const refused = await create(key, { name: 'x', role: 'agent', permissions: ['explicit-evidence'] });
    expect(refused.status).toBe(400);
    expect((await create(key, { name: 'x', role: 'agent' })).status).toBe(201);
  });

  it.each(['short', 'with a space', 'with\ta-tab', 'y'.repeat(300)])(
    'is refused with the unfit key %j',
    async (key) => {
      const { status, body } = await create(key, { name: 'x', role: 'vendor' });
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ code: 'ERR_REQUEST_INVALID', params: { field: 'idempotency-key' } });
    },
  );

  it('is forgotten after its retention', async () => {
    const key = freshKey();
    const first = await create(key, { name: 'kept a day', role: 'vendor' });
    service.advance(25 * 3_600_000);
    expect((await cleanUp(service.ports)).idempotentAnswers).toBeGreaterThan(0);
    const second = await create(key, { name: 'kept a day', role: 'vendor' });
    expect(second.body.id).not.toBe(first.body.id);
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of names, at any depth', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe(canonicalJson({ a: null, b: [{ c: 2, d: 1 }] }));
    expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }));
  });
});
