import { rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { errorRegistry } from '@onelock/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, type ServiceProcess, spawnService } from './support/process.ts';
import { type Answer, createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await createTestService();
});
afterAll(() => service.close());

/** Every refusal has this shape, the registry's status, and no trace of how we are built. */
function expectRefusal(answer: Pick<Answer, 'status' | 'body'>, code: string): void {
  expect(Object.keys(answer.body)).toEqual(['error']);
  const { error } = answer.body;
  expect(error.code).toBe(code);
  expect(Object.keys(error).sort()).toEqual(['code', 'message', 'params', 'requestId', 'retriable', 'whoCanAct']);
  const row = errorRegistry[error.code as keyof typeof errorRegistry];
  expect(answer.status).toBe(row.httpStatus);
  expect(error.whoCanAct).toBe(row.whoCanAct);
  expect(error.retriable).toBe(row.retriable);
  expect(answer.status).toBeLessThan(500);
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|\.js:|at \w+ \(|FST_ERR|stack/);
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  service.call('POST', url, { token: service.administrator, body, headers });

describe('a hostile client', () => {
  it.each([
    ['cut off', '{"certificate":'],
    ['not JSON', 'certificate=1'],
    ['empty', ''],
    ['a byte order mark alone', '\ufeff'],
    ['a lone surrogate outside a string', '\ud800'],
    ['a poisoned prototype', '{"__proto__":{"admin":true},"certificate":"x"}'],
    ['a poisoned constructor', '{"constructor":{"prototype":{"admin":true}},"certificate":"x"}'],
    ['a comment', '{"certificate":"x" /* */}'],
    ['NaN', '{"certificate":NaN}'],
  ])('sends JSON that is %s', async (_what, body) => {
    expectRefusal(await post('/v1/certificates/validate', body), 'ERR_REQUEST_INVALID');
  });

  it('sends a million brackets', async () => {
    expectRefusal(await post('/v1/certificates/validate', '['.repeat(1_000_000)), 'ERR_REQUEST_INVALID');
    const closed = `{"certificate":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expectRefusal(await post('/v1/certificates/validate', closed), 'ERR_REQUEST_INVALID');
  });

  it.each([
    ['/v1/certificates/validate', {}, '/certificate', 'required'],
    ['/v1/certificates/validate', { certificate: 7 }, '/certificate', 'type=string'],
    ['/v1/certificates/validate', { certificate: null }, '/certificate', 'type=string'],
    ['/v1/certificates/validate', { certificate: ['x'] }, '/certificate', 'type=string'],
    ['/v1/certificates/validate', { certificate: '' }, '/certificate', 'minLength=1'],
    ['/v1/certificates/validate', { certificate: 'x', surprise: 1 }, '/surprise', 'unknown field'],
    ['/v1/certificates/validate', { certificate: 'x', 'a/b~c': 1 }, '/a~1b~0c', 'unknown field'],
    ['/v1/certificates/validate', { certificate: 'x', trustAnchors: 'x' }, '/trustAnchors', 'type=array'],
    ['/v1/certificates/validate', { certificate: 'x', trustAnchors: ['x', 5] }, '/trustAnchors/1', 'type=string'],
    ['/v1/certificates/validate', { certificate: 'x', at: 'yesterday' }, '/at', 'format=date-time'],
    ['/v1/certificates/validate', { certificate: 'x', at: 5 }, '/at', 'type=string'],
    ['/v1/certificates/validate', [], 'body', 'type=object'],
    ['/v1/certificates/validate', 'null', 'body', 'type=object'],
    ['/v1/signatures/verify', { kind: 'raw', content: '', signature: 1 }, '/signature', 'type=string'],
    ['/v1/signatures/verify', { kind: 'message' }, '/message', 'required'],
    ['/v1/signatures/verify', { kind: 'message', message: 'x', signature: 'x' }, '/signature', 'unknown field'],
    ['/v1/cas', { name: 'x', anchors: [] }, '/anchors', 'minItems=1'],
    ['/v1/cas', { name: 'x\u0000y', anchors: ['x'] }, '/name', 'pattern=^[^\\x00-\\x1f\\x7f]*$'],
    [
      '/v1/callers',
      { name: 'x', role: 'god' },
      '/role',
      `enum=${'platform|operator|supervisor|vendor|administrator|agent'}`,
    ],
    ['/v1/callers', { name: 'x', role: 'vendor', permissions: ['all'] }, '/permissions/0', 'enum=explicit-evidence'],
  ])('sends %s the body %j, which is refused naming %s', async (url, body, field, rule) => {
    const answer = await post(url, body);
    expectRefusal(answer, 'ERR_REQUEST_INVALID');
    expect(answer.body.error.params).toEqual({ field, rule });
  });

  it.each([
    ['?limit=0', '?limit'],
    ['?limit=201', '?limit'],
    ['?limit=x', '?limit'],
    ['?limit=1&limit=2', '?limit'],
    ['?limit=1e2000', '?limit'],
    ['?cursor=', '?cursor'],
    ['?cursor=!!', '?cursor'],
    ['?cursor=LTE', '?cursor'],
    ['?nonsense=1', '?nonsense'],
  ])('asks for the page %s', async (query, field) => {
    const answer = await service.call('GET', `/v1/audit${query}`, { token: service.administrator });
    expectRefusal(answer, 'ERR_REQUEST_INVALID');
    expect(answer.body.error.params.field).toBe(field);
  });

  it.each([
    ["/v1/cas/ca_' or 1=1 --", 'ERR_REQUEST_INVALID'],
    ['/v1/cas/..%2f..%2fetc%2fpasswd', 'ERR_REQUEST_INVALID'],
    [`/v1/cas/ca_${'0'.repeat(32)}`, 'ERR_REQUEST_NOT_FOUND'],
    ['/v1/%E0%A4%A', 'ERR_REQUEST_INVALID'],
    ['/v1', 'ERR_REQUEST_NOT_FOUND'],
    ['/', 'ERR_REQUEST_NOT_FOUND'],
    ['/v1/cas/', 'ERR_REQUEST_INVALID'],
    ['//v1/cas', 'ERR_REQUEST_NOT_FOUND'],
    ['/V1/CAS', 'ERR_REQUEST_NOT_FOUND'],
  ])('asks for %s', async (url, code) => {
    expectRefusal(
      await service.call('GET', encodeURI(url).replaceAll('%25', '%'), { token: service.administrator }),
      code,
    );
  });

  it('asks for ids of every length', async () => {
    for (const length of [40, 100, 200]) {
      const answer = await service.call('GET', `/v1/cas/${'a'.repeat(length)}`, { token: service.administrator });
      expectRefusal(answer, 'ERR_REQUEST_INVALID');
      expect(answer.body.error.params).toMatchObject({ field: '{id}' });
    }
    for (const length of [201, 10_000])
      expectRefusal(
        await service.call('GET', `/v1/cas/${'a'.repeat(length)}`, { token: service.administrator }),
        'ERR_REQUEST_NOT_FOUND',
      );
  });

  it.each([
    ['PUT', '/v1/audit', 'GET, HEAD'],
    ['DELETE', '/v1/audit', 'GET, HEAD'],
    ['GET', '/v1/logins', 'POST'],
    ['PATCH', '/v1/cas', 'GET, HEAD, POST'],
    ['OPTIONS', '/v1/challenges', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('uses %s on %s', async (method, url, allow) => {
    const answer = await service.call(method, url, { token: service.administrator });
    expectRefusal(answer, 'ERR_REQUEST_METHOD');
    expect(answer.headers.allow).toBe(allow);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'nonsense',
  ])('sends a body as %s', async (type) => {
    expectRefusal(await post('/v1/cas', '{"name":"x"}', { 'content-type': type }), 'ERR_REQUEST_MEDIA_TYPE');
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'Bearer a b',
    `Bearer ${'x'.repeat(10_000)}`,
    'Bearer olk_\u00ff',
    "Bearer ' or 1=1 --",
  ])('brings the credential %j', async (authorization) => {
    expectRefusal(await service.call('GET', '/v1/cas', { headers: { authorization } }), 'ERR_AUTH_INVALID');
  });

  it.each([
    ['no base64', '!!!!', 'ERR_BYTES_BASE64_INVALID'],
    ['base64 of nothing useful', 'AAAA', 'ERR_DER_TAG_INVALID'],
    ['a cut off certificate', 'MIIB', 'ERR_DER_TRUNCATED'],
    ['a length of 4 GB', 'MIT/////', 'ERR_DER_TRUNCATED'],
    ['PEM without end', '-----BEGIN CERTIFICATE-----\nMIIB\n', 'ERR_BYTES_PEM_INVALID'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----\n', 'ERR_REQUEST_INVALID'],
  ])('brings as a certificate %s', async (_what, certificate, code) => {
    const judged = await post('/v1/certificates/validate', { certificate });
    expectRefusal(judged, code);
    expect(judged.body.error.params.field).toBe('/certificate');
    const registered = await post('/v1/cas', { name: 'x', anchors: [certificate] });
    expectRefusal(registered, code);
    expect(registered.body.error.params.field).toBe('/anchors/0');
  });

  it('is answered in English when it asks for it, and in Chinese otherwise', async () => {
    const english = await service.call('GET', '/v1/cas', { headers: { 'accept-language': 'en' } });
    expect(english.body.error.message).toBe('A caller credential is required');
    expect(english.headers['content-language']).toBe('en');
    const chinese = await service.call('GET', '/v1/cas');
    expect(chinese.body.error.message).toBe('需要调用方凭证');
    expect(chinese.headers['content-language']).toBe('zh-CN');
  });

  it('finds security headers on every answer', async () => {
    for (const url of ['/healthz', '/v1/cas', '/nowhere', '/openapi.json', '/docs']) {
      const { headers } = await service.call('GET', url);
      expect(headers['content-security-policy'], url).toMatch(/^default-src 'none'/);
      expect(headers['x-content-type-options'], url).toBe('nosniff');
      expect(headers['x-frame-options'], url).toBe('DENY');
      expect(headers['x-powered-by'], url).toBeUndefined();
    }
    const { headers } = await service.call('GET', '/v1/cas', { token: service.administrator });
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('a caller in a hurry', () => {
  it('is slowed down alone, and told for how long', async () => {
    const limited = await createTestService({ callerRequestsPerMinute: 5, anonymousRequestsPerMinute: 4 });
    try {
      const [first, second] = [await limited.caller('operator'), await limited.caller('operator')];
      const answers = [];
      for (let index = 0; index < 7; index++) answers.push(await limited.call('GET', '/v1/cas', { token: first }));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
      const last = answers.at(-1);
      expectRefusal({ status: last?.status ?? 0, body: last?.body }, 'ERR_SERVICE_RATE_LIMITED');
      expect(last?.body.error.params.retryAfterMs).toBeGreaterThan(0);
      expect((await limited.call('GET', '/v1/cas', { token: second })).status).toBe(200);
      const strangers = [];
      for (let index = 0; index < 6; index++)
        strangers.push(await limited.call('GET', '/v1/cas', { token: `olk_${'B'.repeat(43)}` }));
      expect(strangers.at(-1)?.status).toBe(429);
    } finally {
      await limited.close();
    }
  });
});

describe('a hostile connection', () => {
  const folder = newFolder();
  let running: ServiceProcess;
  beforeAll(async () => {
    running = await spawnService(folder, { ONELOCK_SERVICE_REQUEST_TIMEOUT_MS: '1000' });
  });
  afterAll(async () => {
    await running.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Sends bytes on a bare socket and gives all that comes back before the service closes it. */
  const exchange = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(running.url);
      const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
      let received = '';
      socket.setTimeout(60_000, () => reject(new Error('the service neither answers nor closes')));
      socket.on('data', (data) => {
        received += data.toString('utf8');
      });
      socket.on('error', () => resolve(received));
      socket.on('close', () => resolve(received));
    });
  const readAnswer = (received: string): Pick<Answer, 'status' | 'body'> => ({
    status: Number(received.slice(9, 12)),
    body: JSON.parse(received.slice(received.indexOf('\r\n\r\n') + 4)),
  });

  it.each([
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 'ERR_REQUEST_INVALID'],
    [
      'two content lengths',
      'POST /v1/cas HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx',
      'ERR_REQUEST_INVALID',
    ],
    [
      'content length and chunks (request smuggling)',
      'POST /v1/cas HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      'ERR_REQUEST_INVALID',
    ],
    [
      '100 kB of headers',
      `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
      'ERR_REQUEST_TOO_LARGE',
    ],
    ['half a request and then nothing', 'POST /v1/cas HTTP/1.1\r\nhost: x\r\ncontent-le', 'ERR_REQUEST_TIMEOUT'],
  ])(
    'brings %s',
    async (_what, bytes, code) => {
      expectRefusal(readAnswer(await exchange(bytes)), code);
    },
    30_000,
  );

  it('brings 100 MB and is refused after its headers', async () => {
    const url = new URL('/v1/certificates/validate', running.url);
    const made = await fetch(new URL('/v1/administrators', running.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: running.code, name: 'x' }),
    });
    const { token } = (await made.json()) as { token: string };
    for (const known of [true, false]) {
      const answer = await new Promise<Pick<Answer, 'status' | 'body'>>((resolve, reject) => {
        const sent = httpRequest(url, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            ...(known ? { 'content-length': 100_000_000 } : { 'transfer-encoding': 'chunked' }),
          },
        });
        sent.on('response', (response) => {
          let body = '';
          response.on('data', (data) => {
            body += data;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(body) }));
          response.on('error', reject);
        });
        let left = 100;
        const block = Buffer.alloc(1_000_000, 0x20);
        const more = (): void => {
          while (left-- > 0 && !sent.destroyed) if (!sent.write(block)) return void sent.once('drain', more);
        };
        // The service may close before all is sent; without an answer before that, it is a failure.
        sent.on('error', () => setTimeout(() => reject(new Error('closed without an answer')), 5_000).unref());
        more();
      });
      expectRefusal(answer, 'ERR_REQUEST_TOO_LARGE');
      expect(answer.body.error.params.limit).toBe(8 * 1024 * 1024);
    }
    expect((await fetch(new URL('/healthz', running.url))).status).toBe(200);
  });

  it('does not bring the service down, nor fill its log with secrets', async () => {
    expect((await fetch(new URL('/readyz', running.url))).status).toBe(200);
    expect(running.log()).not.toContain(running.code);
    expect(running.log()).not.toContain('olk_');
  });
});
