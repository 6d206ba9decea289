import { once } from 'node:events';
import { type ClientRequest, get } from 'node:http';
import { fromBase64, toBase64 } from '@onelock/core/bytes';
import { parseCertificate } from '@onelock/core/x509';
import { fastify } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EntrySpec, makeCrl } from '../../core/test/support/test-crl.ts';
import { companies } from '../../demo/src/province/companies.ts';
import { createOrderStream } from '../src/oidc/phone-stream.ts';
import { secretDigest } from '../src/services/identifiers.ts';
import { enrolmentOf, input, makeRequest, product } from './support/applicant.ts';
import { PhoneWorld, rightPin, type Screen, TestPhone, wrongPin } from './support/phone.ts';
import { SourceDouble } from './support/source-double.ts';

let world: PhoneWorld;
let phone: TestPhone;
let other: TestPhone;
let screen: Screen;
beforeAll(async () => {
  world = await PhoneWorld.start();
  phone = await TestPhone.enrolled(world);
  other = await TestPhone.enrolled(world, companies.supplier);
});
afterAll(() => world.close());
beforeEach(async () => {
  screen = await world.screen();
});

const codeOf = ({ body }: { readonly body: { error?: { code: string } } }): string => body.error?.code ?? 'none';
const claimed = async (by = phone) => (await by.type(screen.order.code)).body;

describe('a QR code', () => {
  it.each([
    [4_000, 'ERR_PHONE_CODE_STALE'],
    [-4_000, 'ERR_PHONE_CODE_STALE'],
    [60_000, 'ERR_PHONE_CODE_STALE'],
    [3_000, 'none'],
    [-3_000, 'none'],
  ])('seen %i ms away from its second gives %s', async (milliseconds, code) => {
    const { frame } = await screen.look();
    world.service.advance(milliseconds);
    const answer = await phone.scan(frame ?? '');
    world.service.advance(-milliseconds);
    expect(codeOf(answer)).toBe(code);
  });

  it('is another one each second', async () => {
    const first = (await screen.look()).frame;
    world.service.advance(1_000);
    const second = (await screen.look()).frame;
    expect(second).not.toBe(first);
    expect(codeOf(await phone.scan(second ?? ''))).toBe('none');
  });

  it('with one sign changed, or made for another second, is nobody’s', async () => {
    const frame = (await screen.look()).frame?.split('#')[1] ?? '';
    const [version = '', token = '', second = '', mac = ''] = frame.split('.');
    const later = (Number.parseInt(second, 36) + 1).toString(36);
    const turned = mac.startsWith('A') ? `B${mac.slice(1)}` : `A${mac.slice(1)}`;
    for (const changed of [
      [version, token, second, turned],
      [version, token, later, mac],
      ['2', token, second, mac],
      [version, token, second, mac, 'x'],
      [version, token, 'zzzzzzzzz', mac],
    ])
      expect(codeOf(await phone.scan(changed.join('.')))).toBe('ERR_PHONE_CODE_INVALID');
    const another = await world.screen();
    const foreign = (await another.look()).frame?.split('#')[1]?.split('.')[1] ?? '';
    expect(codeOf(await phone.scan([version, foreign, second, mac].join('.')))).toBe('ERR_PHONE_CODE_INVALID');
    expect(codeOf(await phone.scan([version, 'A'.repeat(22), second, mac].join('.')))).toBe('ERR_PHONE_ORDER_UNKNOWN');
    expect((await screen.look()).order.state).toBe('shown');
  });

  it('tells nothing that the database does not seal', async () => {
    const { frame } = await screen.look();
    const stored = await world.service.database.stored();
    for (const secret of [screen.order.code, frame?.split('#')[1]?.split('.')[1] ?? '', phone.secret, rightPin])
      expect(stored.includes(secret)).toBe(false);
    // Few enough to be tried out: not even a digest that anybody can make.
    expect(stored.includes(secretDigest(screen.order.code, world.service.ports.ops))).toBe(false);
  });
});

describe('an order', () => {
  it('is the first phone’s; the second is turned away, and both sides are told', async () => {
    const { frame } = await screen.look();
    const order = (await phone.scan(frame ?? '')).body;
    expect(codeOf(await other.scan(frame ?? ''))).toBe('ERR_PHONE_ORDER_TAKEN');
    expect((await screen.look()).order).toMatchObject({ state: 'claimed', contested: true, phone: phone.id.slice(-4) });
    const own = await phone.call(`orders/${order.id}`);
    expect(own.body.contested).toBe(true);
    expect(own.headers['cache-control']).toBe('no-store');
    // The first may come again; the second gets nothing of it.
    expect((await phone.scan(frame ?? '')).body.id).toBe(order.id);
    for (const answer of [
      await other.call(`orders/${order.id}`),
      await other.unlock(order.id),
      await other.deny(order.id),
      await other.send(order.id, other.sign(order)),
    ])
      expect(codeOf(answer)).toBe('ERR_PHONE_ORDER_UNKNOWN');
  });

  it('gives its result to the browser that began it, once', async () => {
    const stranger = await world.screen();
    expect((await phone.approve(screen.order.code)).body.indication).toBe('passed');
    for (const act of [stranger.finish(screen.order.id), stranger.cancel(screen.order.id)])
      expect(codeOf(await act)).toBe('ERR_PHONE_ORDER_UNKNOWN');
    expect((await stranger.look(screen.order.id)).order.error.code).toBe('ERR_PHONE_ORDER_UNKNOWN');
    // With the address of the interaction and another's cookies, too.
    const { visitor } = stranger;
    const answer = await visitor.open(`${screen.page}/phone/finish`, {
      method: 'POST',
      body: JSON.stringify({ order: screen.order.id }),
      headers: { 'content-type': 'application/json', origin: world.url, 'x-onelock-page': 'login' },
    });
    expect(JSON.parse(answer.text).error.code).toBe('ERR_LOGIN_CHALLENGE_UNKNOWN');
    expect((await screen.finish()).status).toBe(200);
    expect(codeOf(await screen.finish())).not.toBe('none');
  });

  it('is not finished before a phone has approved it, nor after the person there has said no', async () => {
    expect(codeOf(await screen.finish())).toBe('ERR_PHONE_ORDER_STATE');
    const order = await claimed();
    expect(codeOf(await screen.finish())).toBe('ERR_PHONE_ORDER_STATE');
    expect((await phone.deny(order.id)).status).toBe(200);
    expect((await screen.look()).order.state).toBe('denied');
    expect(codeOf(await screen.finish())).toBe('ERR_PHONE_ORDER_STATE');
    expect(codeOf(await phone.unlock(order.id))).toBe('ERR_PHONE_ORDER_STATE');
  });

  it('that was cancelled at the screen, or begun anew, counts no more on the phone', async () => {
    const order = await claimed();
    await phone.unlock(order.id);
    await screen.cancel();
    expect(codeOf(await phone.send(order.id, phone.sign(order)))).toBe('ERR_PHONE_ORDER_STATE');
    const { body: first } = await screen.act('order');
    const { body: second } = await screen.act('order');
    expect((await screen.look(first.id)).order.state).toBe('cancelled');
    expect(codeOf(await phone.type(first.code))).toBe('ERR_PHONE_ORDER_STATE');
    expect(codeOf(await phone.type(second.code.toLowerCase()))).toBe('none');
  });

  it('ends with its time, at every step', async () => {
    const within = async (seconds: number, act: () => Promise<{ readonly body: never | object }>): Promise<string> => {
      world.service.advance(seconds * 1000);
      const answer = await act();
      world.service.advance(-seconds * 1000);
      return codeOf(answer as never);
    };
    expect(await within(181, () => phone.type(screen.order.code))).toBe('ERR_PHONE_ORDER_EXPIRED');
    const order = await claimed();
    expect(await within(91, () => phone.unlock(order.id))).toBe('ERR_PHONE_ORDER_EXPIRED');
    await phone.unlock(order.id);
    expect(await within(91, () => phone.send(order.id, phone.sign(order)))).toBe('ERR_PHONE_ORDER_EXPIRED');
    await phone.send(order.id, phone.sign(order));
    expect(await within(61, () => screen.finish())).toBe('ERR_PHONE_ORDER_EXPIRED');
    expect((await screen.finish()).status).toBe(200);
  });

  it('takes one signature: the same again changes nothing', async () => {
    const order = await claimed();
    await phone.unlock(order.id);
    const token = phone.sign(order);
    expect((await phone.send(order.id, token)).body.indication).toBe('passed');
    expect(codeOf(await phone.send(order.id, token))).toBe('ERR_PHONE_ORDER_STATE');
    const next = await world.screen();
    const { body: another } = await phone.type(next.order.code);
    await phone.unlock(another.id);
    expect(codeOf(await phone.send(another.id, token))).toBe('ERR_LOGIN_CHALLENGE_UNKNOWN');
  });

  it('is no business of pages elsewhere', async () => {
    const from = { origin: 'https://evil.example.cn' };
    expect(codeOf(await phone.call('claims', { code: screen.order.code }, from))).toBe('ERR_LOGIN_ORIGIN_MISMATCH');
    const noPage = await phone.call('claims', { code: screen.order.code }, { 'x-onelock-page': 'login' });
    expect(codeOf(noPage)).toBe('ERR_LOGIN_ORIGIN_MISMATCH');
  });

  it('cannot be begun without end', async () => {
    let last = 200;
    for (let count = 0; count < 25 && last === 200; count++) last = (await screen.act('order')).status;
    expect(last).toBe(429);
  });
});

describe('the page for phones', () => {
  it('is one document under a policy that admits its own files, its camera and nobody else', async () => {
    const { status, body, headers } = await world.service.call('GET', '/phone', {
      headers: { 'accept-language': 'en', host: new URL(world.url).host },
    });
    expect(status).toBe(200);
    expect(body).toContain('<html lang="en">');
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'.*require-trusted-types-for 'script'/);
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
    expect(headers['permissions-policy']).toBe('camera=(self), microphone=(), geolocation=()');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-frame-options']).toBe('DENY');
  });

  it('can be put on a home screen', async () => {
    const { body, headers } = await world.service.call('GET', '/phone/page/manifest.webmanifest');
    expect(String(headers['content-type'])).toContain('application/manifest+json');
    expect(JSON.parse(body)).toMatchObject({ start_url: '/phone', scope: '/phone', display: 'standalone' });
  });
});

describe('a phone', () => {
  it('has to be known, by its own key', async () => {
    for (const shown of ['', 'pho_x', `${phone.id}.${other.secret}`, `${other.id}.${phone.secret}`, `${phone.id}.`])
      expect(codeOf(await phone.call('claims', { code: screen.order.code }, { 'onelock-phone': shown }))).toBe(
        'ERR_PHONE_UNKNOWN',
      );
  });

  it('signs nothing before the right PIN', async () => {
    const order = await claimed();
    expect(codeOf(await phone.send(order.id, phone.sign(order)))).toBe('ERR_PHONE_ORDER_STATE');
    expect(codeOf(await phone.unlock(order.id, wrongPin))).toBe('ERR_PHONE_PIN_WRONG');
    expect(codeOf(await phone.send(order.id, phone.sign(order)))).toBe('ERR_PHONE_ORDER_STATE');
    expect((await phone.unlock(order.id)).status).toBe(200);
    expect((await phone.send(order.id, phone.sign(order))).body.indication).toBe('passed');
  });

  it('is locked for good by five wrong PINs in a row, over however many orders, and not by four', async () => {
    const fresh = await TestPhone.enrolled(world);
    const wrong = async (times: number) => {
      const { id } = (await fresh.type((await world.screen()).order.code)).body;
      const answers = [];
      for (let count = 0; count < times; count++) answers.push(await fresh.unlock(id, wrongPin));
      return { id, left: answers.map(({ body }) => body.error.params.left) };
    };
    expect((await wrong(2)).left).toEqual([4, 3]);
    const second = await wrong(2);
    expect(second.left).toEqual([2, 1]);
    expect((await fresh.unlock(second.id)).status).toBe(200);
    const last = await wrong(5);
    expect(last.left).toEqual([4, 3, 2, 1, undefined]);
    expect(codeOf(await fresh.unlock(last.id))).toBe('ERR_PHONE_LOCKED');
    expect(codeOf(await fresh.unlock(second.id))).toBe('ERR_PHONE_LOCKED');
    expect(codeOf(await fresh.type(screen.order.code))).toBe('ERR_PHONE_LOCKED');
    expect((await fresh.call('phone')).body.state).toBe('locked');
    const { body } = await world.service.call('GET', '/v1/audit?action=phone.lock', {
      token: world.service.administrator,
    });
    expect(body.items).toMatchObject([{ target: fresh.id, outcome: 'refused', reason: 'ERR_PHONE_LOCKED' }]);
  });

  it('counts wrong PINs that come at once, each of them', async () => {
    const fresh = await TestPhone.enrolled(world);
    const { id } = (await fresh.type(screen.order.code)).body;
    const codes = (await Promise.all(Array.from({ length: 12 }, () => fresh.unlock(id, wrongPin)))).map(codeOf);
    expect(codes.filter((code) => code === 'ERR_PHONE_PIN_WRONG')).toHaveLength(4);
    expect(codes.filter((code) => code === 'ERR_PHONE_LOCKED')).toHaveLength(8);
    expect((await screen.look()).order).toMatchObject({ state: 'denied', reason: { code: 'ERR_PHONE_LOCKED' } });
  });

  it('signs for its own certificate alone, and for this challenge and origin', async () => {
    const order = await claimed();
    await phone.unlock(order.id);
    expect(codeOf(await phone.send(order.id, phone.sign(order, other.certificate)))).toBe('ERR_PHONE_KEY_MISMATCH');
    expect(codeOf(await phone.send(order.id, other.sign(order)))).toBe('ERR_PHONE_KEY_MISMATCH');
    const elsewhere = { ...order, challenge: toBase64(new Uint8Array(32)) };
    expect(codeOf(await phone.send(order.id, phone.sign(elsewhere)))).toBe('ERR_LOGIN_CHALLENGE_UNKNOWN');
    expect(codeOf(await phone.send(order.id, { version: 1 }))).toBe('ERR_LOGIN_TOKEN_MALFORMED');
    const wrongOrigin = phone.sign({ ...order, origin: 'https://evil.example.cn' });
    expect((await phone.send(order.id, wrongOrigin)).body).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_LOGIN_ORIGIN_MISMATCH' },
    });
    expect((await screen.look()).order).toMatchObject({
      state: 'refused',
      reason: { code: 'ERR_LOGIN_ORIGIN_MISMATCH' },
    });
    expect(codeOf(await screen.finish())).toBe('ERR_PHONE_ORDER_STATE');
  });

  it('with a forged signature gets nobody in', async () => {
    const order = await claimed();
    await phone.unlock(order.id);
    const token = phone.sign(order);
    const signature = fromBase64(token.signature);
    signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    const { body } = await phone.send(order.id, { ...token, signature: toBase64(signature) });
    expect(body.indication).toBe('failed');
    expect((await screen.look()).order.state).toBe('refused');
  });

  it('on the watch-list is stopped between scanning and signing', async () => {
    const fresh = await TestPhone.enrolled(world);
    const proposed = await world.service.call('POST', '/v1/watchlist', {
      token: await world.service.caller('operator'),
      body: {
        ...{ kind: 'key-serial', value: fresh.id, action: 'block', reason: '手机报失' },
        ...{ evidence: '挂失单', expiresAt: '2026-07-01T00:00:00Z' },
      },
    });
    expect(proposed.status, JSON.stringify(proposed.body)).toBe(201);
    const order = await claimed(fresh);
    await fresh.unlock(order.id);
    await world.service.call('POST', `/v1/watchlist/${proposed.body.id}/decision`, {
      token: await world.service.caller('supervisor'),
      body: { decision: 'approve' },
    });
    expect((await fresh.send(order.id, fresh.sign(order))).body).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_WATCHLIST_BLOCKED' },
    });
  });
});

describe('a certificate for phones', () => {
  const codes = async (answer: Promise<{ readonly body: never }>): Promise<string> => codeOf(await answer);

  it('is for the key that the phone registered, and comes by the page for phones alone', async () => {
    const fresh = await TestPhone.registered(world);
    const draft = async () =>
      (await fresh.call('applications', { ...input(world.ca.sm2), product: 'phone' })).body as {
        id: string;
        applicationKey: string;
      };
    const { id, applicationKey } = await draft();
    const own = { 'onelock-application-key': applicationKey };
    const foreign = { request: toBase64(makeRequest().der) };
    expect(await codes(fresh.call(`applications/${id}/submission`, foreign, own) as never)).toBe(
      'ERR_PHONE_KEY_MISMATCH',
    );
    const byApplicants = world.service.call('POST', `/apply/api/applications/${id}/submission`, {
      body: foreign,
      headers: { ...own, origin: world.url, 'x-onelock-page': 'apply' },
    });
    expect(await codes(byApplicants as never)).toBe('ERR_REQUEST_NOT_FOUND');
  });

  it('is not sold to applicants with other media, nor theirs to phones', async () => {
    const applicant = (product: string) =>
      world.service.call('POST', '/apply/api/applications', {
        body: { ...input(world.ca.sm2), product },
        headers: { origin: world.url, 'x-onelock-page': 'apply' },
      });
    expect(await codes(applicant('phone') as never)).toBe('ERR_ENROLMENT_NOT_OFFERED');
    expect((await applicant('sm2-single')).status).toBe(201);
    const byPlatform = world.ca.make({ product: 'phone' });
    expect(await codes(byPlatform as never)).toBe('ERR_ENROLMENT_NOT_OFFERED');
    const { body } = await phone.call('offers');
    expect(body.offers.flatMap(({ products }: { products: { code: string }[] }) => products)).toMatchObject([
      { code: 'phone', medium: 'phone' },
    ]);
    expect(await codes(phone.call('applications', { ...input(world.ca.sm2), product: 'sm2-single' }) as never)).toBe(
      'ERR_ENROLMENT_NOT_OFFERED',
    );
  });

  it('has one SM2 key: a CA that sells others to phones is told', async () => {
    for (const wrong of [
      { ...product('phone', 'sm2', 'dual'), medium: 'phone' },
      { ...product('phone', 'rsa-2048', 'single'), medium: 'phone' },
    ]) {
      const { body } = await world.service.call('PUT', `/v1/cas/${world.ca.rsa}/enrolment`, {
        token: world.service.administrator,
        body: enrolmentOf('http://127.0.0.1:9/.well-known/est', [wrong]),
      });
      expect(body.error).toMatchObject({ code: 'ERR_REQUEST_INVALID', params: { field: '/products/0/medium' } });
    }
  });

  it('that was revoked between scanning and signing gets nobody in', async () => {
    const sources = await SourceDouble.start();
    const { ops } = world.service.ports;
    const { issuing, issuingCertificate } = world.ca.authority;
    const list = (entries: readonly EntrySpec[], number: number): Uint8Array => {
      const issuer = { name: parseCertificate(issuingCertificate).subjectDer, key: issuing };
      const now = world.service.ports.clock();
      const nextUpdate = new Date(now.getTime() + 60_000);
      return makeCrl({ issuer, entries, number, thisUpdate: new Date(now.getTime() - 1_000), nextUpdate }, ops);
    };
    sources.serve('/list.crl', () => list([], 1));
    await world.service.call('PUT', `/v1/cas/${world.ca.sm2}/sources`, {
      token: world.service.administrator,
      body: { crl: [{ url: sources.url('/list.crl') }] },
    });
    await world.service.evidence?.sync();
    const order = await claimed();
    await phone.unlock(order.id);
    const { serialNumber } = parseCertificate(phone.certificate);
    sources.serve('/list.crl', () => list([{ serial: BigInt(`0x${serialNumber}`), reason: 1 }], 2));
    world.service.advance(61_000);
    await world.service.evidence?.sync();
    expect((await phone.send(order.id, phone.sign(order))).body).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_REVOCATION_REVOKED' },
    });
    expect((await screen.look()).order.state).toBe('refused');
    await sources.stop();
  });
});

describe('the stream of an order', () => {
  it('is opened a few times at once and not more: nobody uses up everybody’s', async () => {
    const cookie = [...screen.visitor.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
    const asked: ClientRequest[] = [];
    const open = () =>
      new Promise<number>((resolve, reject) => {
        const address = `${screen.page}/phone/stream?order=${screen.order.id}`;
        const one = get(address, { headers: { cookie }, agent: false }, (answer) => {
          answer.resume().on('error', () => undefined);
          resolve(answer.statusCode ?? 0);
        }).on('error', reject);
        asked.push(one);
      });
    const statuses: number[] = [];
    for (let count = 0; count < 5; count++) statuses.push(await open());
    for (const one of asked) one.destroy();
    expect(statuses).toEqual([200, 200, 200, 200, 204]);
    // Closed ones count no more.
    await expect.poll(async () => (await screen.look()).frame).not.toBeNull();
  });

  it('that was given up while the order was read leaves nothing behind', async () => {
    const { store } = world.service.ports;
    const given = await store.phoneOrders.byId(screen.order.id);
    const node = fastify();
    let gone: Promise<unknown> = Promise.resolve();
    // A database that answers after the browser has left.
    const byId = async () => gone.then(() => given);
    const ports = { ...world.service.ports, store: { ...store, phoneOrders: { ...store.phoneOrders, byId } } };
    const stream = createOrderStream(node, { ports });
    const from = { ownerDigest: given?.ownerDigest ?? '', id: screen.order.id };
    let served = 0;
    node.get('/stream', async (request, reply) => {
      if (request.headers.leaving !== undefined) gone = once(reply.raw, 'close');
      await stream.serve(request, reply, from).finally(() => {
        served += 1;
      });
    });
    const address = await node.listen({ port: 0, host: '127.0.0.1' });
    for (let count = 1; count <= 4; count++) {
      const asked = get(`${address}/stream`, { headers: { leaving: '1' }, agent: false });
      asked.on('error', () => undefined);
      await once(node.server, 'request');
      asked.destroy();
      await expect.poll(() => served).toBe(count);
    }
    expect(stream.open).toBe(0);
    await node.close();
  });
});
