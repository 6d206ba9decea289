import { toBase64 } from '@onelock/core/bytes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { companies } from '../../demo/src/province/companies.ts';
import { EnrolmentWorld, enrolmentOf, input, makeRequest, product } from './support/applicant.ts';
import { listen } from './support/oidc-visitor.ts';

let world: EnrolmentWorld;
let origin: string;
let page: Record<string, string>;
beforeAll(async () => {
  world = await EnrolmentWorld.start();
  origin = await listen(world.service);
  page = { origin, 'x-onelock-page': 'apply' };
});
afterAll(() => world.close());

const call = (method: string, path: string, headers: Record<string, string> = {}, body?: object) =>
  world.service.call(method, `/apply/api/${path}`, { headers, body });
const keyed = (key: string): Record<string, string> => ({ ...page, 'onelock-application-key': key });
const make = (more: object = {}) => call('POST', 'applications', page, { ...input(world.sm2), ...more });

describe('the page for applicants', () => {
  it('is one document without anything of others in it, under a policy that admits nothing but its own files', async () => {
    const { status, body, headers } = await world.service.call('GET', '/apply', {
      headers: { 'accept-language': 'en', host: new URL(origin).host },
    });
    expect(status).toBe(200);
    expect(body).toContain('<html lang="en">');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('offers public CAs alone, with prices and without where or how they are reached', async () => {
    const settings = (more: object) =>
      world.service.call('PUT', `/v1/cas/${world.rsa}/enrolment`, {
        token: world.service.administrator,
        body: {
          ...enrolmentOf('https://ca.example.cn/.well-known/est', [product('rsa', 'rsa-2048', 'single')]),
          ...more,
        },
      });
    expect((await settings({ public: false })).status).toBe(200);
    const { body } = await call('GET', 'offers');
    expect(body.offers.map(({ caId }: { caId: string }) => caId)).toEqual([world.sm2]);
    expect(JSON.stringify(body)).not.toMatch(/well-known|test-ca|onelock"/);
    const hidden = await make({ caId: world.rsa, product: 'rsa' });
    expect(hidden.body.error.code).toBe('ERR_ENROLMENT_NOT_OFFERED');
    await settings({ public: true });
  });

  it('takes acts from its own page alone', async () => {
    const body = input(world.sm2);
    const attempts = await Promise.all([
      call('POST', 'applications', {}, body),
      call('POST', 'applications', { origin }, body),
      call('POST', 'applications', { ...page, origin: 'https://evil.example' }, body),
      call('POST', 'applications', { ...page, origin: 'null' }, body),
      call('POST', 'renewable', { origin: 'https://evil.example', 'x-onelock-page': 'apply' }, { certificate: 'AAAA' }),
    ]);
    expect(attempts.map((answer) => answer.body.error.code)).toEqual(Array(5).fill('ERR_LOGIN_ORIGIN_MISMATCH'));
  });
});

describe('the key of an application', () => {
  it('opens that application and no other; nobody else has one', async () => {
    const [mine, other] = [(await make()).body, (await make()).body];
    expect(mine.applicationKey).not.toBe(other.applicationKey);
    expect((await call('GET', `applications/${mine.id}`, keyed(mine.applicationKey))).body).toMatchObject({
      state: 'draft',
    });
    const forged = mine.id.replace(/.{6}$/, '000000');
    const refused = await Promise.all([
      call('GET', `applications/${other.id}`, keyed(mine.applicationKey)),
      call('GET', `applications/${mine.id}`, page),
      call('GET', `applications/${mine.id}`, keyed('')),
      call('GET', `applications/${mine.id}`, keyed(`${mine.applicationKey}x`)),
      call('GET', `applications/${forged}`, keyed(mine.applicationKey)),
      call('GET', `applications/${other.id}/delivery`, keyed(mine.applicationKey)),
      call('GET', `applications/${other.id}/stream`, keyed(mine.applicationKey)),
      call('POST', `applications/${other.id}/withdrawal`, keyed(mine.applicationKey), {}),
      call('POST', `applications/${other.id}/installation`, keyed(mine.applicationKey), {}),
      call('POST', `applications/${other.id}/submission`, keyed(mine.applicationKey), {
        request: toBase64(makeRequest().der),
      }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual(Array(10).fill(404));
    expect(JSON.stringify(await world.service.database.stored())).not.toContain(mine.applicationKey);
  });

  it('is no way to what platforms make, nor is a platform’s token one to the page’s', async () => {
    const ofPlatform = await world.draft();
    const { id, applicationKey } = (await make()).body;
    expect((await call('GET', `applications/${ofPlatform}`, keyed(applicationKey))).status).toBe(404);
    const asPlatform = await world.service.call('GET', `/v1/applications/${id}`, { token: world.platform });
    expect(asPlatform.status).toBe(404);
    const asOperator = await world.service.call('GET', `/v1/applications/${id}`, {
      token: world.service.administrator,
    });
    expect(asOperator.body).toMatchObject({ id, platformId: null });
    expect(JSON.stringify(asOperator.body)).not.toContain(applicationKey);
  });

  it('carries an application to certificates', async () => {
    const { id, applicationKey } = (await make()).body;
    const body = { request: toBase64(makeRequest().der) };
    expect((await call('POST', `applications/${id}/submission`, keyed(applicationKey), body)).body.state).toBe(
      'submitted',
    );
    await world.settle();
    const { body: delivery } = await call('GET', `applications/${id}/delivery`, keyed(applicationKey));
    expect(delivery.envelope.kind).toBe('sm2-enveloped-key');
    const { body: done } = await call('POST', `applications/${id}/installation`, keyed(applicationKey), {});
    expect(done.state).toBe('installed');
  });
});

describe('whoever sends nonsense', () => {
  it('gets coded refusals, naming the field', async () => {
    const field = async (more: object) => {
      // The shape is the same for platforms, of whom more is taken in a minute.
      const { status, body } = await world.make(more);
      return [status, body.error.params.field];
    };
    const company = { creditCode: companies.builder.code, name: companies.builder.name };
    expect(await field({ company: { ...company, creditCode: '91520100MA6DEM0100' } })).toEqual([
      400,
      '/company/creditCode',
    ]);
    expect(await field({ company: { ...company, name: 'x'.repeat(65) } })).toEqual([400, '/company/name']);
    expect(await field({ company: { ...company, name: 'a\u0000b' } })).toEqual([400, '/company/name']);
    expect(await field({ applicant: { name: '张', phone: '<script>' } })).toEqual([400, '/applicant/phone']);
    expect(await field({ kind: 'renewal' })).toEqual([400, '/renews']);
    expect(await field({ platformId: 'clr_0' })).toEqual([400, '/platformId']);
  });

  it('is slowed down', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => make()));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
  });
});

describe('the stream of an application', () => {
  it('tells it as it is, and again at each change', async () => {
    world.ca.switches.pendingTimes = 1;
    const id = await world.draft();
    const leaving = new AbortController();
    const response = await fetch(`${origin}/v1/applications/${id}/stream`, {
      headers: { authorization: `Bearer ${world.platform}` },
      signal: leaving.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const states = async (count: number): Promise<readonly string[]> => {
      for (;;) {
        const found = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json ?? '').state as string);
        if (found.length >= count) return found;
        const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
        if (done) return found;
        text += value ?? '';
      }
    };
    expect(await states(1)).toEqual(['draft']);
    await world.submit(id, { request: toBase64(makeRequest().der) });
    expect(await states(2)).toEqual(['draft', 'submitted']);
    await world.advance();
    expect(await states(3)).toEqual(['draft', 'submitted', 'pending']);
    leaving.abort();
  });
});
