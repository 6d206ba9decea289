import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWebhooks } from '../src/jobs/webhooks.ts';
import { createWebhookPost } from '../src/outbound/index.ts';
import { newId } from '../src/services/identifiers.ts';
import { tellWebhooks } from '../src/services/webhooks/deliver.ts';
import { deliverMessages } from '../src/services/webhooks/deliver-messages.ts';
import { signatureOf } from '../src/services/webhooks/signing.ts';
import { createTestService, type TestService } from './support/service.ts';

interface Received {
  readonly body: string;
  readonly id: string;
  readonly signature: string;
}

let service: TestService;
let receiver: Server;
let url: string;
let received: Received[];
/** What the receiver answers, one after the other; 200 when there is none. */
let answers: number[];

beforeEach(async () => {
  service = await createTestService();
  received = [];
  answers = [];
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const { 'onelock-event-id': id, 'onelock-signature': signature } = request.headers;
      received.push({ body, id: String(id), signature: String(signature) });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterEach(async () => {
  receiver.close();
  await service.close();
});

const post = createWebhookPost(['127.0.0.1/32']);
const register = (address = url) =>
  service.call('POST', '/v1/webhooks', { token: service.administrator, body: { name: '监管平台', url: address } });
const state = async () =>
  (await service.call('GET', '/v1/webhooks', { token: service.administrator })).body.items.at(-1);
const happen = (note: string) =>
  service.ports.store.transaction(async ({ watchList, events }) => {
    const { clock, ops } = service.ports;
    const event = { id: newId('evt', clock, ops), at: clock().toISOString(), type: 'watchlist.hit' as const };
    const sequence = await watchList.tell({ ...event, data: JSON.stringify({ note }) });
    await events.publish('supervision.told', { sequence });
  });
const notes = () => received.map(({ body }) => JSON.parse(body).data.note);

describe('a webhook', () => {
  it('is told what happens after it was registered, in order, signed by its secret', async () => {
    await happen('before');
    const { status, body } = await register();
    expect(status).toBe(201);
    for (const note of ['one', 'two', 'three']) await happen(note);
    await tellWebhooks(service.ports, post);
    expect(notes()).toEqual(['one', 'two', 'three']);
    for (const { body: text, signature } of received) {
      const [, at = '', mac = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      expect(mac).toBe(signatureOf(body.secret, at, text));
      expect(mac).not.toBe(signatureOf('another', at, text));
    }
    expect(new Set(received.map(({ id }) => id)).size).toBe(3);
    await tellWebhooks(service.ports, post);
    expect(received).toHaveLength(3);
  });

  it('that fails is told again, later each time, and nothing is left out', async () => {
    await register();
    await happen('one');
    await happen('two');
    answers = [500, 302, 200, 503];
    for (const wait of [1_000, 2_000]) {
      await tellWebhooks(service.ports, post);
      expect(await state()).toMatchObject({ told: 0, lastError: 'ERR_EVIDENCE_STATUS' });
      service.advance(wait - 1);
      const before = received.length;
      await tellWebhooks(service.ports, post);
      expect(received).toHaveLength(before);
      service.advance(1);
    }
    await tellWebhooks(service.ports, post);
    expect(await state()).toMatchObject({ told: 1, failures: 1 });
    service.advance(1_000);
    await tellWebhooks(service.ports, post);
    expect(await state()).toMatchObject({ told: 2, failures: 0, lastError: null });
    expect(notes()).toEqual(['one', 'one', 'one', 'two', 'two']);
    expect(received[0]?.id).toBe(received[2]?.id);
  });

  it('is told once by two nodes that tell at the same moment', async () => {
    await register();
    await happen('one');
    await Promise.all([tellWebhooks(service.ports, post), tellWebhooks(service.ports, post)]);
    expect(notes()).toEqual(['one']);
  });

  it('is told again by another node when the first died while telling', async () => {
    await register();
    await happen('one');
    await new Promise<void>((reached) => {
      void tellWebhooks(service.ports, () => {
        reached();
        return new Promise<never>(() => undefined);
      });
    });
    await tellWebhooks(service.ports, post);
    expect(received).toEqual([]);
    service.advance(30_001);
    await tellWebhooks(service.ports, post);
    expect(notes()).toEqual(['one']);
  });

  it('hears at once while the service runs, and no more when it is revoked', async () => {
    const { body } = await register();
    const stop = startWebhooks(service.ports, post, { error: (data) => expect(data).toBeUndefined() });
    try {
      await happen('now');
      await expect.poll(() => notes()).toEqual(['now']);
      await service.call('DELETE', `/v1/webhooks/${body.id}`, { token: service.administrator });
      await happen('later');
      await tellWebhooks(service.ports, post);
    } finally {
      await stop();
    }
    expect(notes()).toEqual(['now']);
  });

  it('is never sent into the machine room unless the network is listed', async () => {
    await register();
    await happen('one');
    await tellWebhooks(service.ports, createWebhookPost([]));
    expect(received).toEqual([]);
    expect(await state()).toMatchObject({ lastError: 'ERR_EVIDENCE_ADDRESS_REFUSED' });
  });

  it.each(['http://evil.example.cn/', 'ftp://a.example.cn/', 'https://a:b@c.example.cn/', 'no url'])(
    'at %s is refused',
    async (address) => {
      const { status, body } = await register(address);
      expect([status, body.error.code]).toEqual([400, 'ERR_REQUEST_INVALID']);
    },
  );

  const act = (id: string, path: string, token = service.administrator) =>
    service.call('POST', `/v1/webhooks/${id}/${path}`, { token });
  const deliveries = async (id: string, query = '') =>
    (await service.call('GET', `/v1/webhooks/${id}/deliveries${query}`, { token: service.administrator })).body.items;

  it('is signed by the old secret too for a day after it was changed, and misses nothing', async () => {
    const { body } = await register();
    await happen('before');
    const changed = await act(body.id, 'secret');
    expect(changed.status).toBe(201);
    expect(changed.body.previousUntil).toBe(new Date(service.ports.clock().getTime() + 86_400_000).toISOString());
    const signers = (): readonly string[] => {
      const { body: text = '', signature = '' } = received.at(-1) ?? {};
      const [, at = ''] = /^t=(\d+),/.exec(signature) ?? [];
      return [body.secret, changed.body.secret].filter((secret) =>
        signature.includes(`v1=${signatureOf(secret, at, text)}`),
      );
    };
    await tellWebhooks(service.ports, post);
    expect(notes()).toEqual(['before']);
    expect(signers()).toEqual([body.secret, changed.body.secret]);
    service.advance(86_400_001);
    await happen('after');
    await tellWebhooks(service.ports, post);
    expect(signers()).toEqual([changed.body.secret]);
    const stored = await service.database.stored();
    for (const secret of [body.secret, changed.body.secret]) expect(stored).not.toContain(secret);
  });

  it('is sent a test when somebody asks, beside events that wait', async () => {
    const { body } = await register();
    await happen('one');
    answers = [500];
    await tellWebhooks(service.ports, post);
    const test = await act(body.id, 'test');
    expect(test).toMatchObject({ status: 201, body: { type: 'webhook.test', state: 'pending' } });
    await deliverMessages(service.ports, post);
    expect(JSON.parse(received.at(-1)?.body ?? '{}')).toMatchObject({ type: 'webhook.test', id: test.body.id });
    expect(await deliveries(body.id)).toMatchObject([{ id: test.body.id, state: 'delivered', attempts: 1 }]);
    expect(await state()).toMatchObject({ told: 0, waiting: 1, failures: 1 });
    service.advance(1_000);
    await tellWebhooks(service.ports, post);
    expect(await state()).toMatchObject({ told: 1, waiting: 0, failures: 0 });
    const [told] = await deliveries(body.id);
    expect(told).toMatchObject({ type: 'watchlist.hit', state: 'delivered', attempts: 2, data: { sequence: '1' } });
  });

  it('is told again what it lost, under the name it had, and the list says so', async () => {
    const { body } = await register();
    for (const note of ['one', 'two']) await happen(note);
    await tellWebhooks(service.ports, post);
    const [, first] = await deliveries(body.id);
    expect(JSON.stringify(first)).not.toContain('one');
    const again = await act(body.id, `deliveries/${first.id}/resend`);
    expect(again).toMatchObject({ status: 201, body: { state: 'pending', data: first.data } });
    expect((await act(body.id, `deliveries/${again.body.id}/resend`)).body.error.code).toBe('ERR_CHANGE_STATE');
    await deliverMessages(service.ports, post);
    expect(notes()).toEqual(['one', 'two', 'one']);
    expect(received[2]?.body).toBe(received[0]?.body);
    expect(received[2]?.id).toBe(received[0]?.id);
    expect(await deliveries(body.id, '?state=pending')).toEqual([]);
    expect(await deliveries(body.id)).toHaveLength(3);
    expect(await state()).toMatchObject({ told: 2 });
    const audit = await service.call('GET', `/v1/audit?target=${body.id}`, { token: service.administrator });
    expect(audit.body.items.map(({ action }: { action: string }) => action)).toEqual([
      'webhook.register',
      'webhook.resend',
    ]);
  });

  it('that fails a test is tried again later, and given up in the end', async () => {
    const { body } = await register();
    await act(body.id, 'test');
    answers = Array<number>(20).fill(503);
    for (let tries = 0; tries < 20; tries++) {
      await deliverMessages(service.ports, post);
      service.advance(3_600_000);
    }
    expect(await deliveries(body.id, '?state=dead')).toMatchObject([
      { attempts: 16, lastError: 'ERR_EVIDENCE_STATUS' },
    ]);
  });

  it('has acts that are an administrator’s, on a webhook that lives and on its own deliveries', async () => {
    const { body } = await register();
    const other = (await register()).body;
    await act(body.id, 'test');
    const [message] = await deliveries(body.id);
    const supervisor = await service.caller('supervisor');
    for (const path of ['secret', 'test', `deliveries/${message.id}/resend`])
      expect((await act(body.id, path, supervisor)).status).toBe(403);
    expect((await act(other.id, `deliveries/${message.id}/resend`)).status).toBe(404);
    await service.call('DELETE', `/v1/webhooks/${body.id}`, { token: service.administrator });
    for (const path of ['secret', 'test', `deliveries/${message.id}/resend`])
      expect((await act(body.id, path)).body.error.code).toBe('ERR_REQUEST_NOT_FOUND');
    const platform = await service.caller('platform');
    const platformId = (await service.call('GET', '/v1/callers/self', { token: platform })).body.id;
    const crossed = `/v1/platforms/${platformId}/webhook-messages/${message.id}/resend`;
    expect((await service.call('POST', crossed, { token: platform })).status).toBe(404);
  });

  it('has a secret that the database alone does not tell', async () => {
    const { body } = await register();
    expect(await service.database.stored()).not.toContain(body.secret);
    expect(JSON.stringify(await state())).not.toContain(body.secret);
  });
});
