import { errorRegistry } from '@onelock/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileTexts, hostileValues, placesIn, type Schema, sampleOf, withValueAt } from './support/hostile-values.ts';
import { makeLoginToken, pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema: Schema;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
}

const origin = 'https://bid.example.cn';

let service: TestService;
let mine: string;
let theirs: string;
beforeAll(async () => {
  service = await createTestService({
    callerRequestsPerMinute: 10_000_000,
    agentRequestsPerMinute: 10_000_000,
    anonymousRequestsPerMinute: 10_000_000,
    codeAttemptsPerMinute: 1_000_000,
  });
  mine = await service.caller('platform', { origins: ['https://other.example.cn'] });
  theirs = await service.caller('platform', { origins: [origin] });
});
afterAll(() => service.close());

/** Every operation that the document describes: routes that come later are fuzzed without anybody remembering this test. */
function operations(): readonly Operation[] {
  const document = service.app.swagger() as unknown as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const content = (operation.requestBody as { content?: Record<string, { schema?: Schema }> } | undefined)?.content;
      const parameters = (operation.parameters ?? []) as readonly Parameter[];
      return { method: method.toUpperCase(), path, parameters, body: content?.['application/json']?.schema };
    }),
  );
}

const idLike = (name: string, schema: Schema): string => {
  const sample = String(sampleOf(schema));
  return sample === 'A' ? `x-${name}` : sample;
};

/** A request of an operation: each parameter as a sample, but for those given. */
async function send(
  { method, path, parameters }: Operation,
  token: string,
  given: {
    readonly path?: Record<string, string>;
    readonly query?: Record<string, string>;
    readonly body?: unknown;
  } = {},
) {
  const url = path.replaceAll(/\{([^}]+)\}/g, (_all, name: string) => {
    const parameter = parameters.find((one) => one.in === 'path' && one.name === name);
    return encodeURIComponent(given.path?.[name] ?? idLike(name, parameter?.schema ?? {}));
  });
  const query = new URLSearchParams(given.query).toString();
  const answer = await service.call(method, query === '' ? url : `${url}?${query}`, {
    token,
    ...('body' in given && { body: JSON.stringify(given.body) ?? 'null' }),
  });
  return { ...answer, at: `${method} ${url} ${JSON.stringify(given).slice(0, 300)}` };
}

/** Refused by name or done: never a fault of ours, never a hint of what is inside. */
function expectDecent({ status, body, at }: Awaited<ReturnType<typeof send>>): void {
  expect(status, `${at} → ${JSON.stringify(body).slice(0, 500)}`).toBeLessThan(500);
  if (status < 400) return;
  expect(Object.keys(errorRegistry), at).toContain(body.error?.code);
  const text = JSON.stringify(body);
  expect(text, at).not.toMatch(/node_modules|\.ts:\d|at async|SQLITE|syntax error|select .* from/i);
  expect(text.length, at).toBeLessThan(20_000);
}

/** Requests are many: some at a time. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
    }),
  );
}

/** Some of a list, others for each place: with forty operations every value comes everywhere. */
const some = <T>(values: readonly T[], place: number, count: number): readonly T[] =>
  Array.from(
    { length: Math.min(count, values.length) },
    (_, index) => values[(place * 7 + index * 5) % values.length] as T,
  );

const perPlace = 3;

describe('every operation of the OpenAPI document', () => {
  it('refuses hostile values in every place of its body', async () => {
    const requests = operations().flatMap((operation, number) => {
      const { body } = operation;
      if (body === undefined || operation.path === '/v1/administrators') return [];
      const sample = sampleOf(body);
      return placesIn(body).flatMap((place, index) =>
        [...some(hostileValues, number * 31 + index, perPlace), "' or 1=1; drop table callers; --", 'a\u0000b'].map(
          (value) => ({
            operation,
            body: withValueAt(sample, place, value),
          }),
        ),
      );
    });
    expect(requests.length).toBeGreaterThan(1_000);
    await each(requests, async ({ operation, body }) =>
      expectDecent(await send(operation, service.administrator, { body })),
    );
  }, 240_000);

  it('refuses hostile texts in its path and its query', async () => {
    const requests = operations().flatMap((operation, number) =>
      operation.parameters.flatMap((parameter, index) => {
        const place = parameter.in === 'path' ? 'path' : 'query';
        if (parameter.in !== 'path' && parameter.in !== 'query') return [];
        return some(hostileTexts, number * 13 + index, 12).map((text) => ({
          operation,
          given: {
            [place]: { [parameter.name]: text },
            ...(operation.body !== undefined && { body: sampleOf(operation.body) }),
          },
        }));
      }),
    );
    expect(requests.length).toBeGreaterThan(100);
    await each(requests, async ({ operation, given }) =>
      expectDecent(await send(operation, service.administrator, given)),
    );
  }, 240_000);

  it('refuses bodies that are no JSON of its kind, and deep ones', async () => {
    const bodies = [
      '[',
      '"',
      'null',
      '[]',
      '"x"',
      '1',
      '{"a":1,"a":2}',
      `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
      '\u0000',
      '{"__proto__":{}}',
    ];
    await each(
      operations()
        .filter(({ body }) => body !== undefined)
        .flatMap((operation) => bodies.map((body) => ({ operation, body }))),
      async ({ operation, body }) => {
        const url = operation.path.replaceAll(/\{([^}]+)\}/g, 'x');
        const answer = await service.call(operation.method, url, { token: service.administrator, body });
        expectDecent({ ...answer, at: `${operation.method} ${url} ${body.slice(0, 40)}` });
        expect(answer.status).toBeGreaterThanOrEqual(400);
      },
    );
  }, 120_000);

  it('is refused to strangers, and to platforms where it is not for them', async () => {
    const open = new Set(['/healthz', '/readyz', '/metrics', '/v1/administrators', '/openapi.json']);
    for (const operation of operations()) {
      if (!operation.path.startsWith('/v1/')) continue;
      const given = operation.body === undefined ? {} : { body: sampleOf(operation.body) };
      const stranger = await send(operation, `olk_${'A'.repeat(43)}`, given);
      expectDecent(stranger);
      if (!open.has(operation.path) && operation.parameters.length >= 0 && stranger.status !== 401)
        expect(isOpen(operation), stranger.at).toBe(true);
      expectDecent(await send(operation, mine, given));
    }
  }, 120_000);

  it('shows no platform what is another’s', async () => {
    const login = await theirLogin();
    const challenge = (await service.call('POST', '/v1/challenges', { token: theirs, body: { origin } })).body.id;
    const ids = [
      login,
      challenge,
      (await service.call('GET', '/v1/platforms/me', { token: theirs })).body?.id ?? challenge,
    ];
    for (const operation of operations()) {
      const parameters = operation.parameters.filter((one) => one.in === 'path');
      for (const { name } of parameters)
        for (const id of ids) {
          const answer = await send(operation, mine, {
            path: { [name]: id },
            ...(operation.body !== undefined && { body: sampleOf(operation.body) }),
          });
          expectDecent(answer);
          expect(answer.status, answer.at).toBeGreaterThanOrEqual(400);
        }
    }
    expect((await service.call('GET', `/v1/logins/${login}`, { token: theirs })).status).toBe(200);
  }, 120_000);

  it('has left the service as it was', async () => {
    expect((await service.call('GET', '/readyz')).status).toBe(200);
    const { body } = await service.call('GET', '/v1/callers?limit=200', { token: service.administrator });
    expect(body.items.length).toBeGreaterThan(2);
  });
});

/** Operations that say themselves that nobody needs a credential. */
function isOpen({ method, path }: Operation): boolean {
  const document = service.app.swagger() as unknown as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: unknown }>>>>;
  };
  return document.paths[path]?.[method.toLowerCase()]?.security === undefined;
}

async function theirLogin(): Promise<string> {
  await service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: { name: 'x', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
  const { body: challenge } = await service.call('POST', '/v1/challenges', { token: theirs, body: { origin } });
  const token = makeLoginToken(service.ports.ops, {
    ...{ certificate: 'sm2/leaf', key: 'sm2/leaf', origin },
    challenge: new Uint8Array(Buffer.from(challenge.challenge, 'base64')),
  });
  const { status, body } = await service.call('POST', '/v1/logins', { token: theirs, body: { token } });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.id;
}
