import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { newFolder, spawnService } from './support/process.ts';
import { routeAccess } from './support/route-access.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await createTestService();
});
afterAll(() => service.close());

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** Every schema inside a value, with the path to it. */
function* schemasIn(value: unknown, path = ''): Generator<readonly [path: string, schema: Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  const record = value as Record<string, unknown>;
  if (record.type === 'object' && record.properties !== undefined) yield [path, record];
  for (const [name, inner] of Object.entries(record)) yield* schemasIn(inner, `${path}/${name}`);
}

/** Judgements; acts by a code, a challenge or an offset that counts once; and those that come to the same when they are done again. */
const withoutKey = [
  ...['POST /v1/certificates/validate', 'POST /v1/signatures/verify', 'POST /v1/documents/verify'],
  ...['POST /v1/judgements/batch', 'POST /v1/tickets/verify', 'POST /v1/timestamps/verify'],
  ...['POST /v1/timestamps', 'POST /v1/tsa', 'POST /v1/change-sets/preview', 'POST /v1/cas/{id}/enrolment/trial'],
  ...['POST /v1/administrators', 'POST /v1/console/challenges', 'POST /v1/console/sessions'],
  ...['POST /v1/console/sessions/by-code', 'DELETE /v1/console/session', 'POST /v1/console/session/keys'],
  ...['PUT /v1/imports/{id}/content', 'POST /v1/audit/checkpoints', 'POST /v1/applications/{id}/applicant'],
  ...['POST /v1/cas/{id}/sources/refresh', 'POST /v1/cas/{id}/sources/forget-list'],
];

describe('the OpenAPI document', () => {
  it('describes every operation in both languages, with its errors and its callers', async () => {
    const { body, status } = await service.call('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\.1/);
    const operations = Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(
      ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    );
    expect(operations.length).toBeGreaterThanOrEqual(22);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    // Whoever comes in has no credential yet; keys are for everyone who checks a signature.
    const open = Object.keys(routeAccess).filter((route) => routeAccess[route] === 'open');
    // Bytes that an agent fetches: its answer is no JSON.
    const bytes = ['get /v1/driver-catalogue'];
    for (const operation of operations) {
      const at = `${operation.method} ${operation.path}`;
      expect(operation.summary, at).toMatch(/[\u4e00-\u9fff]/);
      expect(operation.description, at).toMatch(/[a-z]/);
      expect(operation.tags, at).toHaveLength(1);
      if (operation.path.startsWith('/v1/') && !bytes.includes(at)) {
        expect(Object.keys(operation.responses), at).toEqual(expect.arrayContaining(['4XX', '5XX']));
        expect(operation.security !== undefined, at).toBe(
          !open.includes(`${operation.method.toUpperCase()} ${operation.path}`),
        );
      }
    }
  });

  it('takes an Idempotency-Key with every write, but with those that are none or cannot be done twice', async () => {
    const { body } = await service.call('GET', '/openapi.json');
    const without = Object.entries<Record<string, { parameters?: { name: string }[] }>>(body.paths).flatMap(
      ([url, methods]) =>
        Object.entries(methods).flatMap(([method, { parameters = [] }]) =>
          method === 'get' || parameters.some(({ name }) => name === 'idempotency-key')
            ? []
            : `${method.toUpperCase()} ${url}`,
        ),
    );
    expect(without.sort()).toEqual(withoutKey.toSorted());
  });

  it('has no open object, but for data that rides along', async () => {
    const { body } = await service.call('GET', '/openapi.json');
    for (const [path, schema] of schemasIn(body.paths)) expect(schema.additionalProperties, path).toBe(false);
  });
});

requireReal('Chromium', chromiumExecutable())('the pages under /docs', (executable) => {
  it('work offline under a strict content security policy', async () => {
    const folder = newFolder();
    const running = await spawnService(folder);
    const browser = await launchChromium(executable);
    try {
      const page = await browser.context.newPage();
      const complaints: string[] = [];
      const foreign: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => {
        if (!request.url().startsWith(running.url) && !request.url().startsWith('data:')) foreign.push(request.url());
      });
      await page.goto(`${running.url}/docs`);
      await page.getByText('验证证书').first().waitFor();
      await page.getByText('POST').first().waitFor();
      await page.locator('#operations-判定_Judgements-validateCertificate button').first().click();
      await page.getByText('/v1/certificates/validate').first().waitFor();
      expect(foreign).toEqual([]);
      expect(complaints).toEqual([]);
      if (process.env.ONELOCK_SCREENSHOTS !== undefined)
        await page.screenshot({ path: `${process.env.ONELOCK_SCREENSHOTS}/service-docs.png` });
    } finally {
      await browser.close();
      await running.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the metrics', () => {
  it('count requests by route and judgements by outcome, and name nobody', async () => {
    const self = await service.call('GET', '/v1/callers/self', { token: service.administrator });
    await service.call('GET', `/v1/callers/${self.body.id}`, { token: service.administrator });
    const { status, body } = await service.call('GET', '/metrics');
    expect(status).toBe(200);
    expect(body).toMatch(
      /onelock_http_request_duration_seconds_count\{method="GET",route="\/v1\/callers\/:id",status="200"\} 1/,
    );
    expect(body).toContain('process_resident_memory_bytes');
    expect(body).not.toContain(self.body.id);
  });

  it('are open to this machine alone; through a proxy they want a caller', async () => {
    const proxied = { 'x-forwarded-for': '203.0.113.9' };
    const anonymous = await service.call('GET', '/metrics', { headers: proxied });
    expect(anonymous.body.error.code).toBe('ERR_AUTH_REQUIRED');
    const platform = await service.call('GET', '/metrics', {
      headers: proxied,
      token: await service.caller('platform'),
    });
    expect(platform.body.error.code).toBe('ERR_AUTH_ROLE_REQUIRED');
    const operator = await service.call('GET', '/metrics', {
      headers: proxied,
      token: await service.caller('operator'),
    });
    expect(operator.status).toBe(200);
  });
});

describe('readiness', () => {
  it('is 503 with a coded error when the database cannot be had', async () => {
    const closed = await createTestService();
    const { ports } = closed;
    const broken = Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
    const ping = ports.store.ping;
    Object.assign(ports.store, { ping: () => Promise.reject(broken) });
    const { status, body } = await closed.call('GET', '/readyz', { headers: { 'accept-language': 'en' } });
    expect(status).toBe(503);
    expect(body.error).toMatchObject({ code: 'ERR_SERVICE_UNAVAILABLE', retriable: true, whoCanAct: 'operator' });
    Object.assign(ports.store, { ping });
    expect((await closed.call('GET', '/readyz')).status).toBe(200);
    await closed.close();
  });
});
