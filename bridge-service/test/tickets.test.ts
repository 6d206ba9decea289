import { toBase64 } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { ticketToBeSigned } from '@onelock/core/ticket';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derOf } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://bid.example.cn';
let service: TestService;
let platformId: string;
let agent: string;
let keys: ReturnType<TestService['ports']['ops']['generateKeyPair']>;

beforeAll(async () => {
  service = await createTestService();
  agent = await service.caller('agent');
  const { body } = await service.call('POST', '/v1/callers', {
    token: service.administrator,
    body: { name: '示范平台', role: 'platform', origins: [origin] },
  });
  platformId = body.id;
  keys = service.ports.ops.generateKeyPair({ kind: 'sm2' });
  const set = await service.call('PUT', `/v1/platforms/${platformId}/profile`, {
    token: service.administrator,
    body: {
      ...{ contacts: [], requestsPerMinute: null, webhooks: [] },
      keys: [{ id: 'server-1', publicKey: toBase64(keys.publicKey.spki) }],
    },
  });
  expect(set.status, JSON.stringify(set.body)).toBe(200);
});
afterAll(() => service.close());

let count = 0;
function statementWith(more: object = {}): string {
  count += 1;
  const now = service.ports.clock().getTime();
  return JSON.stringify({
    ...{ version: 1, operation: 'signMessage', origin, digest: { algorithm: 'sm3', value: 'ab'.repeat(32) } },
    ...{ text: '投标文件\n第一标段', nonce: `nonce-number-${String(count).padStart(20, '0')}` },
    ...{ issuedAt: new Date(now).toISOString(), expiresAt: new Date(now + 60_000).toISOString(), ...more },
  });
}
const sign = (bytes: Uint8Array, key = keys.privateKey): string =>
  toBase64(service.ports.ops.sign(key, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, bytes));
const ticketOf = (statement: string, more: object = {}) => ({
  ...{ platformId, keyId: 'server-1', statement, signature: sign(ticketToBeSigned(statement)) },
  ...more,
});
const verify = async (ticket: object) => service.call('POST', '/v1/tickets/verify', { token: agent, body: ticket });
const codeOf = async (ticket: object): Promise<string | null> => (await verify(ticket)).body.reason?.code ?? null;

describe('a request ticket', () => {
  it('that the platform’s server signed passes once, with what the person is to be shown', async () => {
    const ticket = ticketOf(statementWith());
    const { status, body } = await verify(ticket);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({
      ...{ indication: 'passed', reason: null, platform: { id: platformId, name: '示范平台' } },
      statement: { operation: 'signMessage', text: '投标文件\n第一标段' },
    });
    expect((await verify(ticket)).body).toMatchObject({
      ...{ indication: 'failed', reason: { code: 'ERR_TICKET_REPLAYED' }, statement: null },
    });
  });

  it('passes once when twenty bring it together', async () => {
    const ticket = ticketOf(statementWith());
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(ticket)));
    expect(answers.filter(({ body }) => body.indication === 'passed')).toHaveLength(1);
  });

  it('is remembered in the database, so that a restart forgets none', async () => {
    const [before] = await service.database.sql('select count(*) as n from used_tickets');
    await verify(ticketOf(statementWith()));
    const [after] = await service.database.sql('select count(*) as n from used_tickets');
    expect(Number(after?.n)).toBe(Number(before?.n) + 1);
  });

  it('with another text, digest, operation or nonce than was signed fails, and uses nothing up', async () => {
    const statement = statementWith();
    const ticket = ticketOf(statement);
    for (const [from, to] of [
      ['第一标段', '第二标段'],
      ['abab', 'abac'],
      ['signMessage', 'decryptData'],
      ['nonce-number', 'nonce_number'],
    ] as const)
      expect(await codeOf({ ...ticket, statement: statement.replace(from, to) })).toBe('ERR_TICKET_SIGNATURE_INVALID');
    expect(await codeOf(ticket)).toBeNull();
  });

  it('signed by another key, or for another purpose, fails', async () => {
    const statement = statementWith();
    const other = service.ports.ops.generateKeyPair({ kind: 'sm2' });
    const byOther = sign(ticketToBeSigned(statement), other.privateKey);
    expect(await codeOf(ticketOf(statement, { signature: byOther }))).toBe('ERR_TICKET_SIGNATURE_INVALID');
    const bare = sign(new TextEncoder().encode(statement));
    expect(await codeOf(ticketOf(statement, { signature: bare }))).toBe('ERR_TICKET_SIGNATURE_INVALID');
    expect(await codeOf(ticketOf(statement, { signature: 'AAAA' }))).toBe('ERR_TICKET_SIGNATURE_INVALID');
  });

  it('of an unknown key, an unknown platform or a foreign origin fails', async () => {
    expect(await codeOf(ticketOf(statementWith(), { keyId: 'server-2' }))).toBe('ERR_TICKET_KEY_UNKNOWN');
    const nobody = `clr_${'0'.repeat(32)}`;
    expect(await codeOf(ticketOf(statementWith(), { platformId: nobody }))).toBe('ERR_TICKET_KEY_UNKNOWN');
    const foreign = statementWith({ origin: 'https://evil.example.cn' });
    expect(await codeOf(ticketOf(foreign))).toBe('ERR_TICKET_ORIGIN_MISMATCH');
  });

  it.each([
    ['past', -120_000, -60_001 - 5_000],
    ['of the future', 10_000, 60_000],
    ['longer than a minute', 0, 60_001],
    ['backwards', 0, 0],
  ])('whose time is %s fails', async (_what, issued, expires) => {
    const now = service.ports.clock().getTime();
    const times = { issuedAt: new Date(now + issued).toISOString(), expiresAt: new Date(now + expires).toISOString() };
    expect(await codeOf(ticketOf(statementWith(times)))).toBe('ERR_TICKET_EXPIRED');
  });

  it.each([
    ['no JSON', 'x'],
    ['an array', '[1]'],
    ['another version', statementWithout({ version: 2 })],
    ['a field more', statementWithout({ pin: '123456' })],
    ['a short nonce', statementWithout({ nonce: 'abc' })],
    ['control characters', statementWithout({ text: 'a\u0007b' })],
  ])('whose statement is %s is a coded refusal', async (_what, statement) => {
    const { status, body } = await verify({ platformId, keyId: 'server-1', statement, signature: 'AAAA' });
    expect([status, body.error.code]).toEqual([400, 'ERR_REQUEST_INVALID']);
  });
});

/** As {@link statementWith}, before there is a service. */
function statementWithout(more: object): string {
  return JSON.stringify({
    ...{ version: 1, operation: 'signMessage', origin, digest: { algorithm: 'sm3', value: 'ab'.repeat(32) } },
    ...{ text: 'x', nonce: 'n'.repeat(32), issuedAt: '2026-06-01T00:00:00Z', expiresAt: '2026-06-01T00:00:30Z' },
    ...more,
  });
}

describe('what a ticket is about to be used by', () => {
  it('meets the watch-list, which blocks the use and not the ticket', async () => {
    const certificate = Buffer.from(service.ports.ops.digest('sm3', derOf('sm2/leaf'))).toString('hex');
    const context = { certificate, machine: 'M-77' };
    const before = await verify(ticketOf(statementWith(), { context }));
    expect(before.body).toMatchObject({ indication: 'passed', admission: { decision: 'admitted' } });
    const supervisor = await service.caller('supervisor');
    const proposed = await service.call('POST', '/v1/watchlist', {
      token: service.administrator,
      body: {
        ...{ kind: 'machine', value: 'm-77', action: 'block', reason: '围标调查', evidence: '〔2026〕12 号' },
        expiresAt: '2026-07-01T00:00:00Z',
      },
    });
    const { id } = proposed.body;
    await service.call('POST', `/v1/watchlist/${id}/decision`, { token: supervisor, body: { decision: 'approve' } });
    const blocked = await verify(ticketOf(statementWith(), { context }));
    expect(blocked.body).toMatchObject({
      indication: 'passed',
      admission: { decision: 'blocked', reason: { code: 'ERR_WATCHLIST_BLOCKED', params: { entry: id } } },
    });
    const { body } = await service.call('GET', '/v1/events', { token: supervisor });
    expect(body.events).toMatchObject([{ data: { entry: id, use: 'ticket.verify', platform: platformId } }]);
    // One that does not pass is nobody's use, and without a context nothing is asked.
    const forged = await verify(ticketOf(statementWith(), { context, signature: sign(new Uint8Array(3)) }));
    expect(forged.body.admission).toMatchObject({ decision: 'refused' });
    expect((await verify(ticketOf(statementWith()))).body).not.toHaveProperty('admission');
    expect((await service.call('GET', '/v1/events', { token: supervisor })).body.events).toHaveLength(1);
  });
});
