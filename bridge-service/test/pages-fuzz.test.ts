import { toBase64 } from '@onelock/core/bytes';
import { errorRegistry } from '@onelock/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRequest } from './support/applicant.ts';
import { hostileTexts, hostileValues, withValueAt } from './support/hostile-values.ts';
import { layRecords } from './support/known-ids.ts';
import { pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://lock.example.cn';
let service: TestService;
/** Of an application at each page, and of a phone. */
const known = { apply: '', applyKey: '', phone: '' };

beforeAll(async () => {
  service = await createTestService({
    publicUrl: origin,
    trustedProxies: ['127.0.0.1'],
    callerRequestsPerMinute: 10_000_000,
    anonymousRequestsPerMinute: 10_000_000,
  });
  const site = 'https://bid.example.cn';
  const ids = await layRecords(service, await service.caller('platform', { origins: [site] }), site);
  const { creditCode, name } = (await service.call('GET', `/v1/companies/${ids.com}`, { token: service.administrator }))
    .body;
  application = {
    ...{ kind: 'new', caId: ids.ca, product: 'one', company: { creditCode, name } },
    applicant: { name: '张三', identifier: '11010519491231002X', phone: '13800138000' },
  };
  const made = await send('POST', '/apply/api/applications', application);
  [known.apply, known.applyKey] = [made.body.id, made.body.applicationKey];
  const { publicKey } = service.ports.ops.generateKeyPair({ kind: 'sm2' });
  phone = { publicKey: toBase64(publicKey.spki), pinProof: 'ab'.repeat(32) };
  const registered = await send('POST', '/phone/api/phones', phone);
  known.phone = `${registered.body.id}.${registered.body.key}`;
  expect([made.status, registered.status]).toEqual([201, 201]);
});
afterAll(() => service.close());

let application: object;
let phone: object;

let browsers = 0;
/** Each time another browser: what one address may ask in a minute is not the matter here. */
const fromSomewhere = (): Record<string, string> => {
  browsers += 1;
  return { 'x-forwarded-for': `10.${(browsers >> 16) & 255}.${(browsers >> 8) & 255}.${browsers & 255}` };
};

/** As the page itself asks. */
const send = (method: string, url: string, body?: unknown) =>
  service.call(method, url, {
    ...(body !== undefined && { body: JSON.stringify(body) ?? 'null' }),
    headers: {
      ...fromSomewhere(),
      ...{ origin, 'x-onelock-page': url.startsWith('/phone') ? 'phone' : url.startsWith('/oidc') ? 'login' : 'apply' },
      ...{ 'onelock-application-key': known.applyKey, 'onelock-phone': known.phone },
    },
  });

const order = `ord_${'0'.repeat(32)}`;
/** Every act of a page that nobody logs in to, with a body that it takes. */
const acts = (): Readonly<Record<string, object | undefined>> => ({
  '/apply/api/renewable': { certificate: pem('sm2/leaf') },
  '/apply/api/applications': application,
  '/apply/api/applications/:id/submission': { request: toBase64(makeRequest().der), proof: 'AAAA' },
  '/apply/api/applications/:id/installation': undefined,
  '/apply/api/applications/:id/withdrawal': undefined,
  '/phone/api/phones': phone,
  '/phone/api/applications': application,
  '/phone/api/applications/:id/submission': { request: toBase64(makeRequest().der) },
  '/phone/api/applications/:id/installation': undefined,
  '/phone/api/claims': { frame: `1.${'A'.repeat(22)}.abcdef.${'A'.repeat(22)}` },
  '/phone/api/orders/:id/unlock': { pinProof: 'ab'.repeat(32) },
  '/phone/api/orders/:id/approval': { token: {} },
  '/phone/api/orders/:id/denial': { cause: 'not-me' },
  '/oidc/interaction/:uid/challenge': {},
  '/oidc/interaction/:uid/cancel': {},
  '/oidc/interaction/:uid/login': { token: {}, context: {} },
  '/oidc/interaction/:uid/failure': { challenge: `chl_${'0'.repeat(32)}`, code: 'ERR_X' },
  '/oidc/interaction/:uid/phone/order': {},
  '/oidc/interaction/:uid/phone/finish': { order },
  '/oidc/interaction/:uid/phone/cancel': { order },
});
const urlOf = (route: string): string =>
  route.replace(':id', route.includes('/orders/') ? order : known.apply).replace(':uid', 'A'.repeat(21));

function expectDecent({ status, body }: Awaited<ReturnType<typeof send>>, at: string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  expect(status, `${at} → ${text.slice(0, 400)}`).toBeLessThan(500);
  if (status < 400) return;
  expect(text, at).not.toMatch(/node_modules|\.ts:\d|at async|SQLITE|syntax error|select .* from/i);
  if (typeof body === 'object') expect(Object.keys(errorRegistry), at).toContain(body.error?.code);
}

const leaves = (value: unknown, at: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [at, ...Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...at, name]))]
    : [at];

describe('the acts of pages that nobody logs in to', () => {
  it('are all here', () => {
    const above: string[] = [];
    const there = service.app
      .printRoutes({ commonPrefix: false })
      .split('\n')
      .flatMap((line) => {
        const [, indent = '', part = '', methods = ''] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
        above.splice(indent.length / 4, above.length, part);
        return methods.includes('POST') ? [above.join('')] : [];
      })
      .filter((url) => !url.startsWith('/v1/') && !url.endsWith('*'));
    expect(there.sort()).toEqual(Object.keys(acts()).sort());
  });

  it('refuse hostile values in every place by name', async () => {
    const requests = Object.entries(acts()).flatMap(([route, body]) =>
      (body === undefined ? [[]] : leaves(body)).flatMap((place) =>
        hostileValues.map((value) => ({ route, body: withValueAt(body, place, value) })),
      ),
    );
    expect(requests.length).toBeGreaterThan(800);
    for (const { route, body } of requests)
      expectDecent(await send('POST', urlOf(route), body), `${route} ${JSON.stringify(body)?.slice(0, 300)}`);
  });

  it('refuse hostile texts in their addresses', async () => {
    for (const route of Object.keys(acts()).filter((one) => one.includes(':')))
      for (const text of hostileTexts) {
        const url = route.replace(/:\w+/, encodeURIComponent(text));
        expectDecent(await send('POST', url, {}), url.slice(0, 200));
        expectDecent(await send('GET', url.replace(/\/[^/]+$/, ''), undefined), url.slice(0, 200));
      }
  });

  it('take nothing from another site, nor without the page’s header', async () => {
    for (const [route, body] of Object.entries(acts()))
      for (const headers of [{ origin: 'https://evil.example.cn' }, { 'x-onelock-page': 'console' }, {}]) {
        const answer = await service.call('POST', urlOf(route), {
          body: body ?? {},
          headers: {
            ...fromSomewhere(),
            ...{ 'onelock-application-key': known.applyKey, 'onelock-phone': known.phone },
            ...('x-onelock-page' in headers ? { origin } : { 'x-onelock-page': route.split('/')[1] ?? '' }),
            ...headers,
          },
        });
        expect([400, 403, 404], `${route} ${JSON.stringify(answer.body)}`).toContain(answer.status);
      }
  });

  it('have the OpenID provider answer hostile questions by its own rules', async () => {
    for (const text of hostileTexts)
      for (const name of [
        'client_id',
        'redirect_uri',
        'scope',
        'state',
        'code_challenge',
        'request',
        'claims',
        'prompt',
      ]) {
        const query = new URLSearchParams({ client_id: 'x', response_type: 'code', [name]: text });
        const asked = await service.call('GET', `/oidc/auth?${query}`);
        expect(asked.status, `${name} ${text.slice(0, 40)}`).toBeLessThan(500);
        expect(JSON.stringify(asked.body)).not.toMatch(/node_modules|\.ts:\d|at async/);
      }
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const text of hostileTexts) {
      const body = new URLSearchParams({ grant_type: 'authorization_code', code: text, client_id: text }).toString();
      for (const url of ['/oidc/token', '/oidc/me', '/oidc/session/end'])
        expect((await service.call('POST', url, { body, headers: form })).status, url).toBeLessThan(500);
    }
  });
});
