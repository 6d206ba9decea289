import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWebhooks } from '../src/jobs/webhooks.ts';
import { createWebhookPost } from '../src/outbound/index.ts';
import { deliverMessages } from '../src/services/webhooks/deliver-messages.ts';
import { signatureOf } from '../src/services/webhooks/signing.ts';
import { pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

interface Received {
  readonly type: string;
  readonly body: string;
  readonly signature: string;
}

const post = createWebhookPost(['127.0.0.1/32']);
let service: TestService;
let receiver: Server;
let url: string;
let received: Received[];
let answer: number;
let platform: string;
let id: string;
let webhook: string;

beforeEach(async () => {
  service = await createTestService();
  [received, answer] = [[], 200];
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      received.push({ type: JSON.parse(body).type, body, signature: String(request.headers['onelock-signature']) });
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  platform = await service.caller('platform');
  id = (await service.call('GET', '/v1/callers/self', { token: platform })).body.id;
  await setProfile([{ url, events: ['ca.changed'] }]);
  [{ id: webhook }] = await webhooks();
});
afterEach(async () => {
  receiver.close();
  await service.close();
});

const setProfile = (hooks: object[]) =>
  service.call('PUT', `/v1/platforms/${id}/profile`, {
    token: service.administrator,
    body: { contacts: [], keys: [], requestsPerMinute: null, webhooks: hooks },
  });
const webhooks = async () =>
  (await service.call('GET', `/v1/platforms/${id}/webhooks`, { token: platform })).body.items;
const messages = async (query = '') =>
  (await service.call('GET', `/v1/platforms/${id}/webhook-messages${query}`, { token: platform })).body.items;
const own = (action: string, token = platform) =>
  service.call('POST', `/v1/platforms/${id}/webhooks/${webhook}/${action}`, { token });
const registerCa = () =>
  service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: { name: 'sm2', anchors: [pem('sm2/root')] },
  });
const deliver = () => deliverMessages(service.ports, post);

describe('a platform’s webhook', () => {
  it('is told what it asked for, signed by its secret, and of nothing else', async () => {
    const { body } = await own('secret');
    await registerCa();
    await service.call('PATCH', `/v1/callers/${id}`, { token: service.administrator, body: { name: '新名' } });
    await deliver();
    expect(received.map(({ type }) => type)).toEqual(['ca.changed']);
    const [{ body: text = '', signature = '' } = {}] = received;
    const [, at = '', mac = ''] = /^t=(\d+),v1=([0-9a-f]{64})(?:,|$)/.exec(signature) ?? [];
    expect(mac).toBe(signatureOf(body.secret, at, text));
    expect(await messages()).toMatchObject([{ state: 'delivered', attempts: 1, lastError: null }]);
    expect((await webhooks())[0]).toMatchObject({ lastSuccessAt: expect.any(String), lastError: null });
    await deliver();
    expect(received).toHaveLength(1);
  });

  it('is signed by the old secret too for a day after it was changed', async () => {
    const first = (await own('secret')).body.secret;
    const second = (await own('secret')).body.secret;
    const signers = async (): Promise<readonly string[]> => {
      await own('test');
      await deliver();
      const { body = '', signature = '' } = received.at(-1) ?? {};
      const [, at = ''] = /^t=(\d+),/.exec(signature) ?? [];
      return [first, second].filter((secret) => signature.includes(`v1=${signatureOf(secret, at, body)}`));
    };
    expect(await signers()).toEqual([first, second]);
    service.advance(24 * 3_600_000 + 1);
    expect(await signers()).toEqual([second]);
  });

  it('that fails is tried again, given up in the end, and told again when somebody asks', async () => {
    answer = 500;
    await own('test');
    for (let tries = 0; tries < 20; tries++) {
      await deliver();
      service.advance(3_600_000);
    }
    expect(received).toHaveLength(16);
    const [dead] = await messages('?state=dead');
    expect(dead).toMatchObject({ state: 'dead', attempts: 16, lastError: 'ERR_EVIDENCE_STATUS', type: 'webhook.test' });
    answer = 200;
    const again = await service.call('POST', `/v1/platforms/${id}/webhook-messages/${dead.id}/resend`, {
      token: platform,
    });
    expect(again.body).toMatchObject({ state: 'pending', attempts: 0 });
    await deliver();
    expect(await messages()).toMatchObject([{ state: 'delivered' }]);
    const twice = await service.call('POST', `/v1/platforms/${id}/webhook-messages/${dead.id}/resend`, {
      token: platform,
    });
    expect([twice.status, twice.body.error.code]).toEqual([409, 'ERR_CHANGE_STATE']);
  });

  it('waits longer after each failure', async () => {
    answer = 503;
    await own('test');
    for (const [wait, tries] of [
      [0, 1],
      [999, 1],
      [1, 2],
      [1_999, 2],
      [1, 3],
    ] as const) {
      service.advance(wait);
      await deliver();
      expect(received).toHaveLength(tries);
    }
  });

  it('does not wait for a year because a clock was a year ahead', async () => {
    const right = service.ports.clock();
    answer = 503;
    service.setClock(new Date(right.getTime() + 365 * 86_400_000));
    await own('test');
    await deliver();
    expect(received).toHaveLength(1);
    service.setClock(right);
    answer = 200;
    await deliver();
    expect(await messages()).toMatchObject([{ state: 'delivered' }]);
  });

  it('is told once by nodes that try at once', async () => {
    await own('test');
    await Promise.all([deliver(), deliver(), deliver()]);
    expect(received).toHaveLength(1);
  });

  it('keeps its secret while its address stays, and ends with it', async () => {
    await setProfile([{ url, events: ['platform.changed'] }]);
    expect(await webhooks()).toMatchObject([{ id: webhook, events: ['platform.changed'] }]);
    await setProfile([]);
    expect(await webhooks()).toEqual([]);
    expect((await own('test')).status).toBe(404);
    await deliver();
    expect(received.map(({ type }) => type)).toEqual([]);
  });

  it('is a platform’s own', async () => {
    const other = await service.caller('platform');
    for (const action of ['secret', 'test']) expect((await own(action, other)).status).toBe(404);
    const listed = await service.call('GET', `/v1/platforms/${id}/webhook-messages`, { token: other });
    expect(listed.status).toBe(404);
    const otherId = (await service.call('GET', '/v1/callers/self', { token: other })).body.id;
    const foreign = await service.call('POST', `/v1/platforms/${otherId}/webhooks/${webhook}/secret`, { token: other });
    expect(foreign.status).toBe(404);
  });

  it('is refused for events that there are none of, and twice at one address', async () => {
    for (const hooks of [
      [{ url, events: ['everything'] }],
      [
        { url, events: [] },
        { url, events: [] },
      ],
    ])
      expect((await setProfile(hooks)).status).toBe(400);
  });

  it('hears of it at once from the running job', async () => {
    const stop = startWebhooks(service.ports, post, { error: () => undefined });
    try {
      await own('test');
      await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1);
    } finally {
      await stop();
    }
  });

  it('is told beside one that hangs and one that has thousands waiting', async () => {
    let taken = 0;
    const hanging = createServer(() => {
      taken += 1;
    });
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve));
    const refused = `http://127.0.0.1:${(dead.address() as AddressInfo).port}/dead`;
    await new Promise((resolve) => dead.close(resolve));
    const hangs = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}/hangs`;
    await setProfile([
      { url, events: ['ca.changed'] },
      { url: refused, events: ['ca.changed'] },
      { url: hangs, events: ['ca.changed'] },
    ]);
    const of = async (address: string) => (await webhooks()).find((one: { url: string }) => one.url === address).id;
    const [deadId, hangingId] = [await of(refused), await of(hangs)];
    const waiting = (webhookId: string, count: number) => ({
      ...{ id: `msg_00000${webhookId.slice(-6)}${String(count).padStart(6, '0')}`, webhookId, type: 'webhook.test' },
      ...({ at: service.ports.clock().toISOString(), data: '{}', state: 'pending', attempts: 0 } as const),
      ...{ nextAttemptAt: service.ports.clock().toISOString(), lastError: null, deliveredAt: null },
    });
    await service.ports.store.transaction(async ({ platformMessages }) => {
      for (let count = 0; count < 300; count += 1) await platformMessages.add(waiting(deadId, count));
      await platformMessages.add(waiting(hangingId, 0));
    });
    const slow = createWebhookPost(['127.0.0.1/32']);
    const stop = startWebhooks(service.ports, slow, { error: (data) => expect(data).toBeUndefined() });
    try {
      // The one that hangs is being told.
      await expect.poll(() => taken, { timeout: 10_000 }).toBe(1);
      const begun = performance.now();
      await own('test');
      await expect.poll(() => received.length, { timeout: 10_000, interval: 10 }).toBe(1);
      // Five seconds are what one that hangs is waited for.
      expect(performance.now() - begun).toBeLessThan(4_000);
    } finally {
      hanging.closeAllConnections();
      hanging.close();
      await stop();
    }
  });

  it('keeps its secret out of the database', async () => {
    const { body } = await own('secret');
    expect(JSON.stringify(await service.database.stored())).not.toContain(body.secret);
  });
});
