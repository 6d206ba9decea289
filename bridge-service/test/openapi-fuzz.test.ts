import { errorRegistry } from '@onelock/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileTexts, hostileValues, placesIn, type Schema, sampleOf, withValueAt } from './support/hostile-values.ts';
import { type KnownIds, layRecords } from './support/known-ids.ts';
import { routeAccess } from './support/route-access.ts';
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
let known: KnownIds;
beforeAll(async () => {
  service = await createTestService({
    callerRequestsPerMinute: 10_000_000,
    agentRequestsPerMinute: 10_000_000,
    anonymousRequestsPerMinute: 10_000_000,
    codeAttemptsPerMinute: 1_000_000,
  });
  mine = await service.caller('platform', { origins: ['https://other.example.cn'] });
  known = await layRecords(service, await service.caller('platform', { origins: [origin] }), origin);
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

/** What a path names by a parameter: a record that is there, so that the request gets beyond its path. */
function idFor(ids: KnownIds, path: string, name: string, schema: Schema): string {
  const prefix = path.startsWith('/v1/console-users') ? 'person' : /^\^([a-z]+)_/.exec(schema.pattern ?? '')?.[1];
  return ids[name === 'sequence' ? name : (prefix ?? '')] ?? `x-${name}`;
}

const pathOf = ({ path, parameters }: Operation, ids: KnownIds, given: Record<string, string> = {}): string =>
  path.replaceAll(/\{([^}]+)\}/g, (_all, name: string) => {
    const parameter = parameters.find((one) => one.in === 'path' && one.name === name);
    return encodeURIComponent(given[name] ?? idFor(ids, path, name, parameter?.schema ?? {}));
  });

/** A sample whose ids name records that are there. */
const withKnownIds = (sample: unknown, ids: KnownIds): string =>
  JSON.stringify(sample).replaceAll(/"([a-z]+)_0{32}"/g, (whole, prefix: string) =>
    ids[prefix] === undefined ? whole : JSON.stringify(ids[prefix]),
  );

/** By decision: who may use an operation. */
function accessOf({ method, path }: Operation): 'open' | readonly string[] {
  const shape = (text: string): string => text.replaceAll(/:\w+|\{\w+\}/g, ':id');
  const found = Object.entries(routeAccess).find(([one]) => shape(one) === shape(`${method} ${path}`));
  if (found === undefined) throw new Error(`nobody has decided about ${method} ${path}`);
  return found[1];
}

/** A request of an operation: each parameter as a sample, but for those given. */
async function send(
  operation: Operation,
  token: string,
  given: {
    readonly path?: Record<string, string>;
    readonly query?: Record<string, string>;
    readonly body?: unknown;
  } = {},
) {
  const { method } = operation;
  const url = pathOf(operation, known, given.path);
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

/** What is refused or not there for another reason than an id that nobody has. */
const notHere: Readonly<Record<string, string>> = {
  'POST /v1/administrators': 'ERR_AUTH_CODE_INVALID',
  'POST /v1/console/challenges': 'ERR_CONSOLE_ORIGIN',
  'POST /v1/console/sessions': 'ERR_CONSOLE_ORIGIN',
  'POST /v1/console/sessions/by-code': 'ERR_CONSOLE_ORIGIN',
  'GET /v1/driver-catalogue': 'ERR_REQUEST_NOT_FOUND',
  'GET /v1/driver-catalogue/summary': 'ERR_REQUEST_NOT_FOUND',
  'POST /v1/tsa': 'ERR_REQUEST_NOT_FOUND',
  'POST /v1/cas/{id}/sources/forget-list': 'ERR_REQUEST_NOT_FOUND',
  'POST /v1/webhooks/{id}/deliveries/{message}/resend': 'ERR_REQUEST_NOT_FOUND',
};

/** Whatever ends a record is sent last, and what ends callers last of all. */
const endings = [/\/(end|withdrawal|refusal|rollback|erasure|cancel)$/, /\/token$/, /^DELETE/, /^DELETE .*callers/];
const rankOf = ({ method, path }: Operation): number =>
  method === 'GET' ? -1 : endings.findLastIndex((one) => one.test(`${method} ${path}`)) + 1;

const perPlace = 3;

describe('every operation of the OpenAPI document', () => {
  it('is reached: with ids of records that are there a request ends neither at the door nor at its path', async () => {
    const own = await createTestService({ codeAttemptsPerMinute: 1_000_000, statusPage: 'public' });
    try {
      const platform = await own.caller('platform', { origins: [origin] });
      const agent = await own.caller('agent');
      const ids = await layRecords(own, platform, origin);
      const tokenFor = (allowed: 'open' | readonly string[]): string => {
        if (allowed === 'open' || allowed.includes('administrator')) return own.administrator;
        return allowed.includes('platform') ? platform : agent;
      };
      const missed: string[] = [];
      for (const operation of operations().toSorted((a, b) => rankOf(a) - rankOf(b))) {
        const { method, path, body } = operation;
        const at = `${method} ${path}`;
        const answer = await own.call(method, pathOf(operation, ids), {
          token: tokenFor(accessOf(operation)),
          ...(body !== undefined && { body: withKnownIds(sampleOf(body), ids) }),
        });
        expectDecent({ ...answer, at });
        const code = answer.body?.error?.code;
        if ([401, 403, 404].includes(answer.status) && notHere[at] !== code) missed.push(`${at} ${code}`);
      }
      expect(missed).toEqual([]);
    } finally {
      await own.close();
    }
  });

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
  });

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
  });

  it('shows no platform what is another’s, and lets it change nothing of it', async () => {
    const own = await createTestService({ callerRequestsPerMinute: 10_000_000 });
    try {
      const owner = await own.caller('platform', { origins: [origin] });
      const stranger = await own.caller('platform', { origins: ['https://other.example.cn'] });
      const ids = await layRecords(own, owner, origin);
      // What belongs to the platform; the registries, and when bids are opened, are for every platform to read.
      const theirs = ['clr', 'lgn', 'app', 'opn', 'pwh', 'msg', 'req'].map((prefix) => ids[prefix] ?? '');
      const secret = theirs.filter((id) => id !== ids.clr && id !== ids.opn);
      let asked = 0;
      for (const operation of operations()) {
        const { method, body } = operation;
        const url = pathOf(operation, ids);
        const answer = await own.call(method, url, {
          token: stranger,
          ...(body !== undefined && { body: withKnownIds(sampleOf(body), ids) }),
        });
        expectDecent({ ...answer, at: `${method} ${url}` });
        const told = answer.status < 400 ? secret.filter((id) => JSON.stringify(answer.body).includes(id)) : [];
        expect(told, `${method} ${url}`).toEqual([]);
        if (!theirs.some((id) => url.includes(id))) continue;
        asked += 1;
        expect([400, 403, 404], `${method} ${url} ${JSON.stringify(answer.body)}`).toContain(answer.status);
      }
      expect(asked).toBeGreaterThan(20);
      for (const url of [`/v1/logins/${ids.lgn}`, `/v1/applications/${ids.app}`, `/v1/support/${ids.req}`])
        expect((await own.call('GET', url, { token: owner })).status, url).toBe(200);
      const hooks = await own.call('GET', `/v1/platforms/${ids.clr}/webhooks`, { token: owner });
      expect(JSON.stringify(hooks.body)).toContain(ids.pwh);
    } finally {
      await own.close();
    }
  });

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
