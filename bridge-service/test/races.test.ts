import { fromBase64, toBase64 } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { ticketToBeSigned } from '@onelock/core/ticket';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApplyPorts, applyChangeSet, applyDueChangeSets } from '../src/services/change-sets/apply.ts';
import type { Store } from '../src/services/ports/store.ts';
import { engine } from './support/database.ts';
import { makeLoginToken, pem } from './support/pki.ts';
import { type Answer, createTestService, type TestService } from './support/service.ts';

// What several people and programs do at the same moment: on PostgreSQL they come in over two nodes.
let nodes: readonly [TestService, TestService];
let people: readonly string[];
beforeAll(async () => {
  const one = await createTestService();
  nodes = [one, engine === 'postgres' ? await createTestService({}, undefined, one) : one];
  people = await Promise.all(Array.from({ length: 4 }, () => one.caller('operator')));
});
afterAll(async () => {
  const [one, two] = nodes;
  if (two !== one) await two.close();
  await one.close();
});

/** The same kind of request by several at once, over both nodes in turn. */
const atOnce = (count: number, ask: (node: TestService, index: number) => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(nodes[index % 2] ?? nodes[0], index)));
const statuses = (answers: readonly Answer[]): readonly number[] => answers.map(({ status }) => status).sort();
const codes = (answers: readonly Answer[]): readonly string[] =>
  [...new Set(answers.flatMap(({ body }) => (body.error === undefined ? [] : [body.error.code as string])))].sort();
const as = (token: string | undefined, body?: object) => ({ token, ...(body !== undefined && { body }) });
const [one, two, three] = [0, 1, 2];
const by = (index: number): string => people[index] ?? '';

async function propose(operations: readonly object[], more: object = {}): Promise<Answer['body']> {
  const { status, body } = await nodes[0].call(
    'POST',
    '/v1/change-sets',
    as(by(one), { title: '变更', reason: '试验', operations, ...more }),
  );
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}
const enter = (name: string, root = 'sm2') => ({ kind: 'ca.register', name, anchors: [pem(`${root}/root`)] });
const casNamed = async (name: string) =>
  (await nodes[0].call('GET', '/v1/cas?limit=200', as(by(one)))).body.items.filter(
    (ca: { name: string }) => ca.name === name,
  );

describe('at the same moment', () => {
  it('approvals of one change set by several people apply it once', async () => {
    const set = await propose([enter('approved at once')]);
    const answers = await atOnce(6, (node, index) =>
      node.call('POST', `/v1/change-sets/${set.id}/approval`, as(by(1 + (index % 3)), { digest: set.digest })),
    );
    expect(statuses(answers)).toEqual([200, 409, 409, 409, 409, 409]);
    expect(await casNamed('approved at once')).toHaveLength(1);
  });

  it('an approval and a rejection of one change set: one of them counts', async () => {
    for (let round = 0; round < 4; round++) {
      const name = `approved or rejected ${round}`;
      const set = await propose([enter(name)]);
      const answers = await atOnce(2, (node, index) =>
        index === round % 2
          ? node.call('POST', `/v1/change-sets/${set.id}/approval`, as(by(two), { digest: set.digest }))
          : node.call('POST', `/v1/change-sets/${set.id}/end`, as(by(three), { reason: '不妥' })),
      );
      const { body } = await nodes[0].call('GET', `/v1/change-sets/${set.id}`, as(by(one)));
      expect(['applied', 'rejected']).toContain(body.state);
      expect(await casNamed(name), JSON.stringify(answers.map((answer) => answer.body))).toHaveLength(
        body.state === 'applied' ? 1 : 0,
      );
      const [approval] = answers.filter((answer) => answer.status === 200 && answer.body.approvals.length > 0);
      if (approval !== undefined) expect(['applied', 'rejected']).toContain(approval.body.state);
    }
  });

  it('rolling back one change set by several people takes it back once', async () => {
    const set = await propose([enter('rolled back')]);
    await nodes[0].call('POST', `/v1/change-sets/${set.id}/approval`, as(by(two), { digest: set.digest }));
    const answers = await atOnce(5, (node, index) =>
      node.call('POST', `/v1/change-sets/${set.id}/rollback`, as(by(index % 4), { reason: '有误' })),
    );
    expect(statuses(answers)).toEqual([200, 409, 409, 409, 409]);
    const [ca] = await casNamed('rolled back');
    expect(ca.state).toBe('off-boarded');
    const history = await nodes[0].call('GET', `/v1/cas/${ca.id}/history`, as(by(one)));
    expect(history.body.items).toHaveLength(2);
  });

  it('a scheduled change set and the beginning of a bid opening: it is applied or waits, and never half of both', async () => {
    const set = await propose([enter('at the opening')]);
    const now = nodes[0].ports.clock().getTime();
    const platform = await nodes[0].caller('platform', { origins: ['https://opening.example.cn'] });
    const opening = {
      title: '开标',
      startsAt: new Date(now).toISOString(),
      endsAt: new Date(now + 3_600_000).toISOString(),
    };
    const [approved, opened] = await atOnce(2, (node, index) =>
      index === 0
        ? node.call('POST', `/v1/change-sets/${set.id}/approval`, as(by(two), { digest: set.digest }))
        : node.call('POST', '/v1/bid-openings', as(platform, opening)),
    );
    expect([approved?.status, opened?.status]).toEqual([200, 201]);
    const { body } = await nodes[0].call('GET', `/v1/change-sets/${set.id}`, as(by(one)));
    expect(await casNamed('at the opening')).toHaveLength(body.state === 'applied' ? 1 : 0);
    if (body.state !== 'applied') expect(body).toMatchObject({ state: 'approved', waitsFor: '开标' });
    await nodes[0].call('DELETE', `/v1/bid-openings/${opened?.body.id}`, as(platform));
    await Promise.all(nodes.map((node) => applyDueChangeSets(node.ports)));
    expect(await casNamed('at the opening')).toHaveLength(1);
  });

  it('registrations of one company, one certificate and one origin: one of each is taken in', async () => {
    const company = { creditCode: '91350100M000100Y43', name: '贵州某某有限公司' };
    const companies = await atOnce(6, (node, index) => node.call('POST', '/v1/companies', as(by(index % 4), company)));
    expect([statuses(companies), codes(companies)]).toEqual([[201, 409, 409, 409, 409, 409], ['ERR_REQUEST_CONFLICT']]);
    const certificate = { certificate: pem('sm2/leaf') };
    const certificates = await atOnce(6, (node, index) =>
      node.call('POST', '/v1/certificates', as(by(index % 4), certificate)),
    );
    expect([statuses(certificates), codes(certificates)]).toEqual([
      [201, 409, 409, 409, 409, 409],
      ['ERR_REQUEST_CONFLICT'],
    ]);
    const platform = { name: '平台', role: 'platform', origins: ['https://once.example.cn'] };
    const platforms = await atOnce(6, (node) => node.call('POST', '/v1/callers', as(nodes[0].administrator, platform)));
    expect([statuses(platforms), codes(platforms)]).toEqual([[201, 409, 409, 409, 409, 409], ['ERR_REQUEST_CONFLICT']]);
  });

  it('one key of idempotency over two nodes: one effect, one answer', async () => {
    const headers = { 'idempotency-key': 'the-same-key-1' };
    const answers = await atOnce(8, (node) =>
      node.call('POST', '/v1/cas', { ...as(by(one), { name: 'once', anchors: [pem('rsa/root')] }), headers }),
    );
    expect(statuses(answers)).toEqual(Array.from({ length: 8 }, () => 201));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await casNamed('once')).toHaveLength(1);
  });

  it('one log-in token over two nodes counts once', async () => {
    const origin = 'https://login.example.cn';
    const platform = await nodes[0].caller('platform', { origins: [origin] });
    await nodes[0].call(
      'POST',
      '/v1/cas',
      as(by(one), { name: 'for log-ins', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] }),
    );
    const { body } = await nodes[0].call('POST', '/v1/challenges', as(platform, { origin }));
    const token = makeLoginToken(nodes[0].ports.ops, {
      ...{ certificate: 'sm2/leaf', key: 'sm2/leaf', origin },
      challenge: fromBase64(body.challenge),
    });
    const answers = await atOnce(8, (node) => node.call('POST', '/v1/logins', as(platform, { token })));
    const outcomes = answers.map((answer) => answer.body.reason?.code ?? answer.body.indication).sort();
    expect(outcomes).toEqual([...Array.from({ length: 7 }, () => 'ERR_LOGIN_CHALLENGE_UNKNOWN'), 'passed'].sort());
  });
});

describe('a request ticket', () => {
  it('that reaches both nodes at once passes once', async () => {
    const { ops, clock } = nodes[0].ports;
    const origin = 'https://tickets.example.cn';
    const token = await nodes[0].caller('platform', { origins: [origin] });
    const platformId: string = (await nodes[0].call('GET', '/v1/callers/self', as(token))).body.id;
    const keys = ops.generateKeyPair({ kind: 'sm2' });
    const profile = {
      ...{ contacts: [], requestsPerMinute: null, webhooks: [] },
      keys: [{ id: 'server', publicKey: toBase64(keys.publicKey.spki) }],
    };
    await nodes[0].call('PUT', `/v1/platforms/${platformId}/profile`, as(nodes[0].administrator, profile));
    const now = clock().getTime();
    const statement = JSON.stringify({
      ...{ version: 1, operation: 'signMessage', origin, digest: { algorithm: 'sm3', value: 'ab'.repeat(32) } },
      ...{ text: '投标文件', nonce: 'nonce-of-both-nodes-00000000' },
      ...{ issuedAt: new Date(now).toISOString(), expiresAt: new Date(now + 60_000).toISOString() },
    });
    const scheme = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    const signature = toBase64(ops.sign(keys.privateKey, scheme, ticketToBeSigned(statement)));
    const ticket = { platformId, keyId: 'server', statement, signature };
    const answers = await atOnce(12, (node) => node.call('POST', '/v1/tickets/verify', as(by(one), ticket)));
    const outcomes = answers.map(({ body }) => body.reason?.code ?? body.indication);
    expect(outcomes.filter((outcome) => outcome === 'passed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'ERR_TICKET_REPLAYED')).toHaveLength(11);
  });
});

describe('a CA that leaves while log-ins by it are under way', () => {
  it('lets nobody in any more once its leaving was answered', async () => {
    const origin = 'https://leaving.example.cn';
    const platform = await nodes[0].caller('platform', { origins: [origin] });
    const made = await nodes[0].call(
      'POST',
      '/v1/cas',
      as(by(one), { name: 'leaving', anchors: [pem('p256/root')], intermediates: [pem('p256/intermediate')] }),
    );
    const logIn = async (node: TestService): Promise<string> => {
      const { body } = await node.call('POST', '/v1/challenges', as(platform, { origin }));
      const token = makeLoginToken(node.ports.ops, {
        ...{ certificate: 'p256/leaf', key: 'p256/leaf', origin, challenge: fromBase64(body.challenge) },
      });
      return (await node.call('POST', '/v1/logins', as(platform, { token }))).body.indication;
    };
    expect(await logIn(nodes[0])).toBe('passed');
    const under = Array.from({ length: 12 }, (_, index) => logIn(nodes[index % 2] ?? nodes[0]));
    const left = await nodes[0].call('DELETE', `/v1/cas/${made.body.id}`, as(by(two)));
    expect(left.body.state).toBe('off-boarded');
    const after = await Promise.all(Array.from({ length: 6 }, (_, index) => logIn(nodes[index % 2] ?? nodes[0])));
    expect(new Set(after)).toEqual(new Set(['indeterminate']));
    for (const indication of await Promise.all(under)) expect(['passed', 'indeterminate']).toContain(indication);
  });
});

describe('an approval that is sent again', () => {
  it('gets the answer that the first one got', async () => {
    const set = await propose([enter('approved twice')]);
    const headers = { 'idempotency-key': 'approved-twice-1' };
    const approve = () =>
      nodes[0].call('POST', `/v1/change-sets/${set.id}/approval`, { ...as(by(two), { digest: set.digest }), headers });
    const [first, again] = [await approve(), await approve()];
    expect(first.body.state).toBe('applied');
    expect(again.body).toEqual(first.body);
  });
});

describe('change sets that fall due', () => {
  const due = async (name: string, origin: string): Promise<string> => {
    const applyAt = new Date(nodes[0].ports.clock().getTime() + 1_000).toISOString();
    const operation = { kind: 'platform.register', name, origins: [origin] };
    const set = await propose([operation], { applyAt });
    await nodes[0].call('POST', `/v1/change-sets/${set.id}/approval`, as(by(two), { digest: set.digest }));
    return set.id;
  };
  const stateOf = async (id: string) => (await nodes[0].call('GET', `/v1/change-sets/${id}`, as(by(one)))).body.state;
  const dueNow = () => {
    for (const node of new Set(nodes)) node.advance(2_000);
  };
  /** A service whose transactions are looked at from outside. */
  const watching = (transaction: (real: Store['transaction']) => Store['transaction']): ApplyPorts => {
    const { ports } = nodes[0];
    const real: Store['transaction'] = (work, foreseen) => ports.store.transaction(work, foreseen);
    return { ...ports, store: Object.create(ports.store, { transaction: { value: transaction(real) } }) as Store };
  };

  it('stay as somebody has decided between the attempt that failed and the note of it', async () => {
    await nodes[0].caller('platform', { origins: ['https://taken.example.cn'] });
    const id = await due('somebody else’s origin', 'https://taken.example.cn');
    dueNow();
    const ports = watching((real) => async (work, foreseen) => {
      try {
        return await real(work, foreseen);
      } catch (error) {
        await nodes[1].call('POST', `/v1/change-sets/${id}/end`, as(by(three), { reason: '不妥' }));
        throw error;
      }
    });
    expect((await applyChangeSet(ports, id)).state).toBe('rejected');
    expect(await stateOf(id)).toBe('rejected');
  });

  it('are applied though one before them meets what nobody foresaw', async () => {
    const [poisoned, sound] = [
      await due('poisoned', 'https://a.example.cn'),
      await due('sound', 'https://b.example.cn'),
    ];
    dueNow();
    let first = true;
    const ports = watching((real) => (work, foreseen) => {
      if (!first) return real(work, foreseen);
      first = false;
      return Promise.reject(new TypeError('nobody foresaw this'));
    });
    await expect(applyDueChangeSets(ports)).rejects.toThrow(AggregateError);
    expect([await stateOf(poisoned), await stateOf(sound)]).toEqual(['approved', 'applied']);
    expect(await applyDueChangeSets(nodes[1].ports)).toBe(1);
    expect(await stateOf(poisoned)).toBe('applied');
  });
});
