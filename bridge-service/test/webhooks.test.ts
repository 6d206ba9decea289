import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWebhooks } from '../src/jobs/webhooks.ts';
import { createWebhookPost } from '../src/outbound/index.ts';
import { newId } from '../src/services/identifiers.ts';
import { signatureOf, tellWebhooks } from '../src/services/webhooks/deliver.ts';
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
      await expect.poll(() => notes(), { timeout: 10_000 }).toEqual(['now']);
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

  it('has a secret that the database alone does not tell', async () => {
    const { body } = await register();
    expect(await service.database.stored()).not.toContain(body.secret);
    expect(JSON.stringify(await state())).not.toContain(body.secret);
  });
});
