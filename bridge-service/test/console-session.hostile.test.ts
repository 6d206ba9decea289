import { toBase64 } from '@onelock/core/bytes';
import type { Certificate } from '@onelock/core/x509';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { revokedStatus } from '../../core/test/support/test-ocsp.ts';
import { issueAdministratorCode } from '../src/services/administrator-codes.ts';
import { EvidenceWorld, hours } from './support/evidence-world.ts';
import { replayEverything } from './support/replay.ts';
import type { Answer } from './support/service.ts';

const origin = 'http://127.0.0.1:18960';
const page = { origin, 'x-onelock-console': '1' };
let world: EvidenceWorld;
let serial = 100;
/** What the responder says of everybody. */
let says: 'good' | 'revoked' | 'nothing';
let at = 0;
/** How often it was asked. */
let asked = 0;

beforeAll(async () => {
  world = await EvidenceWorld.create({ kind: 'sm2' }, { publicUrl: origin });
  await world.useResponder('/ocsp');
});
afterAll(() => world.close());
beforeEach(() => {
  says = 'good';
});

const minutes = (count: number): void => {
  at += count / 60;
  world.service.advance(count * 60_000);
};
/** An honest responder whose answers live two minutes. */
const honest = (leaf: Certificate) =>
  world.double.serve('/ocsp', (request) => {
    asked += 1;
    if (says === 'nothing') return new Uint8Array(0);
    const status = says === 'revoked' ? { status: revokedStatus(hours(0), 1) } : {};
    return world.respond([leaf], { ...status, thisUpdate: hours(at), nextUpdate: hours(at + 1 / 30) })(request);
  });

interface Session {
  readonly leaf: Certificate;
  readonly user: string;
  readonly cookie: string;
  ask(method: string, url: string, body?: object): Promise<Answer>;
}

/** Somebody at the console, by a certificate of their own. */
async function enter(role = 'operator'): Promise<Session> {
  const leaf = world.leaf({ serial: serial++ });
  honest(leaf);
  const { call, administrator } = world.service;
  const { body: user } = await call('POST', '/v1/console-users', {
    token: administrator,
    body: { name: '张三', role, key: { certificate: toBase64(leaf.der), kind: 'certificate' } },
  });
  const { body: opened } = await call('POST', '/v1/console/challenges', { headers: page });
  const token = world.signLogin(leaf, origin, opened.challenge);
  const entered = await call('POST', '/v1/console/sessions', { headers: page, body: { token } });
  expect(entered.body.entered?.user.id, JSON.stringify(entered.body)).toBe(user.id);
  const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
  const ask: Session['ask'] = (method, url, body) =>
    call(method, url, { headers: { ...page, cookie }, ...(body && { body }) });
  return { leaf, user: user.id, cookie, ask };
}

let address: Promise<string> | undefined;
const listening = (): Promise<string> => {
  address ??= world.service.app.listen({ host: '127.0.0.1', port: 0 });
  return address;
};

const look = async ({ ask }: Session) => {
  const { status, body } = await ask('GET', '/v1/console/session');
  return status === 200 ? 200 : body.error.code;
};
const change = async ({ ask }: Session) => {
  const name = `企业 ${serial++}`;
  const { status, body } = await ask('POST', '/v1/companies', { creditCode: '91350100M000100Y43', name });
  return [201, 409].includes(status) ? 'done' : body.error.code;
};

describe('a session of the console whose certificate its CA revokes', () => {
  it('ends within minutes, for good, and on record with the evidence', async () => {
    const session = await enter();
    expect([await look(session), await change(session)]).toEqual([200, 'done']);
    says = 'revoked';
    minutes(1);
    expect(await look(session)).toBe(200);
    minutes(3);
    expect(await change(session)).toBe('ERR_CONSOLE_SESSION_ENDED');
    says = 'good';
    expect(await look(session)).toBe('ERR_CONSOLE_SESSION_ENDED');
    const [entry] = (await world.audit('console.session-end')).slice(-1);
    expect(entry).toMatchObject({ target: session.user, outcome: 'failed', reason: expect.stringMatching(/REVOKED/) });
    expect(entry.details.ocspResponses).toHaveLength(1);
  });

  it('is asked about no more often than that, however busy it is', async () => {
    const session = await enter();
    const before = asked;
    for (let turn = 0; turn < 20; turn += 1) {
      minutes(0.5);
      await look(session);
    }
    expect(asked - before).toBeGreaterThanOrEqual(2);
    expect(asked - before).toBeLessThanOrEqual(4);
  });
});

describe('a session of the console whose certificate nobody can speak of', () => {
  it('goes on for a quarter of an hour, then changes nothing until somebody can; reading and leaving stay', async () => {
    const session = await enter();
    says = 'nothing';
    minutes(4);
    expect([await look(session), await change(session)]).toEqual([200, 'done']);
    minutes(14);
    expect([await look(session), await change(session)]).toEqual([200, 'ERR_CONSOLE_SESSION_UNCONFIRMED']);
    expect((await world.audit('console.session-unconfirmed')).at(-1)).toMatchObject({ target: session.user });
    says = 'good';
    minutes(1);
    expect(await change(session)).toBe('done');
    says = 'nothing';
    minutes(25);
    expect(await change(session)).toBe('ERR_CONSOLE_SESSION_UNCONFIRMED');
    expect((await session.ask('DELETE', '/v1/console/session')).body).toEqual({ ended: true });
    expect(await look(session)).toBe('ERR_CONSOLE_SESSION_ENDED');
  });
});

describe('a session of the console', () => {
  it.each(['block', 'step-up'])('whose certificate is on the watch-list since (%s) ends at once', async (action) => {
    const session = await enter();
    expect(await look(session)).toBe(200);
    const supervisor = await world.service.caller('supervisor');
    const value = (await world.audit('console.log-in')).at(-1).details.certificate.slice('sm3:'.length);
    const { body } = await world.service.call('POST', '/v1/watchlist', {
      token: world.service.administrator,
      body: { kind: 'certificate', value, action, reason: '核查', evidence: '1号', expiresAt: '2026-07-01T00:00:00Z' },
    });
    expect(await look(session)).toBe(200);
    const decided = { token: supervisor, body: { decision: 'approve' } };
    expect((await world.service.call('POST', `/v1/watchlist/${body.id}/decision`, decided)).status).toBe(200);
    expect(await look(session)).toBe('ERR_CONSOLE_SESSION_ENDED');
    const { events } = (await world.service.call('GET', '/v1/events?limit=200', { token: supervisor })).body;
    expect(events.at(-1).data).toMatchObject({ entry: body.id, use: 'console.session-end' });
  });

  it('whose certificate is blocked ends, though its CA says nothing at that time', async () => {
    const session = await enter();
    says = 'nothing';
    minutes(4);
    expect([await look(session), await change(session)]).toEqual([200, 'done']);
    const value = (await world.audit('console.log-in')).at(-1).details.certificate.slice('sm3:'.length);
    const { body } = await world.service.call('POST', '/v1/watchlist', {
      token: world.service.administrator,
      body: {
        ...{ kind: 'certificate', value, action: 'block', reason: '核查', evidence: '2号' },
        expiresAt: '2026-07-01T00:00:00Z',
      },
    });
    await world.service.call('POST', `/v1/watchlist/${body.id}/decision`, {
      ...{ token: await world.service.caller('supervisor'), body: { decision: 'approve' } },
    });
    expect(await change(session)).toBe('ERR_CONSOLE_SESSION_ENDED');
    for (const { replay } of await replayEverything(world.service)) expect(replay).toMatchObject({ outcome: 'same' });
  });

  it('whose CA has left ends at once', async () => {
    const session = await enter();
    const { call, administrator: token } = world.service;
    await call('PATCH', `/v1/cas/${world.caId}`, { token, body: { state: 'off-boarded' } });
    expect(await look(session)).toBe('ERR_CONSOLE_SESSION_ENDED');
    await call('PATCH', `/v1/cas/${world.caId}`, { token, body: { state: 'active' } });
    expect(await look(session)).toBe('ERR_CONSOLE_SESSION_ENDED');
  });

  it('is judged while nothing but its stream of events is open, and ends with it', async () => {
    const session = await enter('supervisor');
    const url = await listening();
    const opened = await fetch(`${url}/v1/events/stream`, { headers: { ...page, cookie: session.cookie } });
    expect(opened.status).toBe(200);
    const all = opened.text();
    says = 'revoked';
    minutes(4);
    await issueAdministratorCode(world.service.ports, 'break-glass');
    await all;
    expect((await world.audit('console.session-end')).at(-1)).toMatchObject({ target: session.user });
  });

  it('takes its stream of events along when it ends: what happens afterwards is not told', async () => {
    const session = await enter('supervisor');
    const url = await listening();
    const opened = await fetch(`${url}/v1/events/stream`, { headers: { ...page, cookie: session.cookie } });
    expect(opened.status).toBe(200);
    const all = opened.text();
    const { call, administrator: token } = world.service;
    await call('DELETE', `/v1/console-users/${session.user}`, { token });
    await issueAdministratorCode(world.service.ports, 'break-glass');
    const told = await all;
    expect(told).toContain('onelock');
    expect(told).not.toContain('break-glass');
  });
});
