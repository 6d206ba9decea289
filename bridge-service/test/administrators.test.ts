import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueAdministratorCode, issueFirstAdministratorCode } from '../src/services/administrator-codes.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeEach(async () => {
  service = await createTestService();
});
afterEach(() => service.close());

const redeem = (code: string, name = '管理员') => service.call('POST', '/v1/administrators', { body: { code, name } });

describe('a one-time administrator code', () => {
  it('is made at a start without an administrator, and at no other', async () => {
    expect(await issueFirstAdministratorCode(service.ports)).toBeNull();
  });

  it('makes one administrator, however it is typed, and works once', async () => {
    const { code } = await issueAdministratorCode(service.ports, 'break-glass');
    const first = await redeem(` ${code.toLowerCase().replaceAll('-', ' ')} `);
    expect(first.status).toBe(201);
    expect(first.body.role).toBe('administrator');
    expect((await service.call('GET', '/v1/audit', { token: first.body.token })).status).toBe(200);
    const again = await redeem(code);
    expect(again.status).toBe(403);
    expect(again.body.error.code).toBe('ERR_AUTH_CODE_INVALID');
  });

  it('makes one administrator when ten redeem it at once', async () => {
    const { code } = await issueAdministratorCode(service.ports, 'break-glass');
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => redeem(code, `administrator ${index}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(403)]);
  });

  it('ends with its time', async () => {
    const { code } = await issueAdministratorCode(service.ports, 'break-glass');
    service.advance(60 * 60_000);
    expect((await redeem(code)).status).toBe(403);
  });

  it('ends when a fresh one of the same purpose is made', async () => {
    const { code } = await issueAdministratorCode(service.ports, 'break-glass');
    service.advance(1000);
    const fresh = await issueAdministratorCode(service.ports, 'break-glass');
    expect((await redeem(code)).status).toBe(403);
    expect((await redeem(fresh.code)).status).toBe(201);
  });

  it('for break-glass is told to supervision when it is made and when it is used; one for the first administrator is not', async () => {
    const supervisor = await service.caller('supervisor');
    const told = async () => (await service.call('GET', '/v1/events', { token: supervisor })).body.events;
    await issueAdministratorCode(service.ports, 'first-administrator');
    expect(await told()).toEqual([]);
    const { code } = await issueAdministratorCode(service.ports, 'break-glass');
    const { body: administrator } = await redeem(code, '值班');
    const [made, used] = await told();
    expect(made).toMatchObject({ type: 'break-glass.issued', data: { use: 'administrator-code.issue' } });
    expect(used).toMatchObject({ type: 'break-glass.used', data: { use: 'administrator-code.redeem' } });
    expect(used.data).toMatchObject({ target: made.data.target, user: administrator.id });
    const { items } = (await service.call('GET', '/v1/alerts?open=true', { token: supervisor })).body;
    expect(items).toMatchObject([
      { type: 'break-glass.used', shown: '值班' },
      { type: 'break-glass.issued', shown: null },
    ]);
  });

  it('is kept as a digest only', async () => {
    const { code } = await issueAdministratorCode(service.ports, 'break-glass');
    const stored = await service.database.stored();
    expect(stored).toContain('break-glass');
    expect(stored).not.toContain(code);
    expect(stored).not.toContain(code.replaceAll('-', ''));
  });

  it('leaves a trace in the audit log for every try', async () => {
    await redeem('WRONG-WRONG-WRONG-WRONG-WRONG');
    const { body } = await service.call('GET', '/v1/audit?action=administrator-code.redeem', {
      token: service.administrator,
    });
    expect(body.items.at(-1)).toMatchObject({
      actor: 'anonymous',
      outcome: 'refused',
      reason: 'ERR_AUTH_CODE_INVALID',
      details: {},
    });
  });
});

describe('guessing codes', () => {
  it('is limited to a few tries a minute', async () => {
    const limited = await createTestService({ codeAttemptsPerMinute: 3 });
    try {
      const tries = [];
      for (let index = 0; index < 4; index++)
        tries.push(await limited.call('POST', '/v1/administrators', { body: { code: `GUESS-${index}`, name: 'x' } }));
      // One of the three went to making the service's own first administrator.
      expect(tries.map(({ status }) => status)).toEqual([403, 403, 429, 429]);
      expect(tries[3]?.body.error).toMatchObject({ code: 'ERR_SERVICE_RATE_LIMITED', retriable: true });
      expect(Number(tries[3]?.headers['retry-after'])).toBeGreaterThan(0);
    } finally {
      await limited.close();
    }
  });
});
