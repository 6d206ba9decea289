import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errorRegistry } from '@onelock/core/errors';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { calls } from './calls.ts';
import { firstViolation } from './check-schema.ts';
import { commonErrors, consentErrors } from './common-errors.ts';
import { events } from './events.ts';
import { callNames, eventNames } from './names.ts';
import { decodeParams, validateResult } from './validate.ts';

const definitions = Object.values(calls);
const eventDefinitions = Object.values(events);

/** Every object of JSON inside a schema, with where it is. */
function* nodes(schema: unknown, at = ''): Generator<readonly [string, Record<string, unknown>]> {
  if (Array.isArray(schema)) {
    for (const [index, item] of schema.entries()) yield* nodes(item, `${at}/${index}`);
    return;
  }
  if (typeof schema !== 'object' || schema === null) return;
  yield [at, { ...schema }];
  for (const [key, value] of Object.entries(schema)) yield* nodes(value, `${at}/${key}`);
}

/** Those of them that are schemas, not the maps of names between them. */
function* schemas(schema: TSchema): Generator<readonly [string, Record<string, unknown>]> {
  for (const [at, node] of nodes(schema)) if (!/\/(properties|patternProperties)$/.test(at)) yield [at, node];
}

describe('the published table', () => {
  it('has 50 calls numbered 1 to 50 and 8 events numbered 1 to 8', () => {
    expect(definitions.map((call) => call.number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    expect(eventDefinitions.map((event) => event.number).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('gives every call and event the name that its number has', () => {
    for (const call of definitions) expect(call.name).toBe(callNames[call.number - 1]);
    for (const event of eventDefinitions) expect(event.name).toBe(eventNames[event.number - 1]);
    expect(Object.entries(calls).every(([key, call]) => key === call.name)).toBe(true);
    expect(Object.entries(events).every(([key, event]) => key === event.name)).toBe(true);
  });

  const published = path.resolve(import.meta.dirname, '../../../../shared/contract.md');
  it.skipIf(!existsSync(published))('agrees with the published page in name, Chinese name, consent and order', () => {
    const rows = [...readFileSync(published, 'utf8').matchAll(/^\| (\d+) \| (\w+) \| ([^|]+) \| ([^|]+) \|/gm)];
    const called = rows.filter((row) => ['none', 'origin', 'user', 'pin'].includes(row[4] ?? ''));
    const compact = (text: string): string => text.replaceAll(' ', '');
    expect(
      called.map(([, number, name, title, consent]) => [Number(number), name, compact(title ?? ''), consent]),
    ).toEqual(
      [...definitions]
        .sort((a, b) => a.number - b.number)
        .map((call) => [call.number, call.name, compact(call.titleZh), call.consent]),
    );
    expect(rows.filter((row) => !called.includes(row)).map((row) => row[2])).toEqual(eventNames);
  });
});

describe.each(definitions.map((call) => [call.name, call] as const))('%s', (name, call) => {
  it('has an example that validates, in our checker and in TypeBox', () => {
    expect(firstViolation(call.params, call.example.params)).toBeNull();
    expect(firstViolation(call.result, call.example.result)).toBeNull();
    expect(Value.Check(call.params, call.example.params)).toBe(true);
    expect(Value.Check(call.result, call.example.result)).toBe(true);
  });

  it('refuses each invalid example naming its field', () => {
    for (const example of call.invalidExamples) {
      expect(() => decodeParams(name, example.params), example.why).toFailWith('ERR_CALL_PARAMS_INVALID');
      expect(firstViolation(call.params, example.params)?.field, example.why).toBe(example.field);
      expect(Value.Check(call.params, example.params), example.why).toBe(false);
    }
  });

  it('explains itself in both languages', () => {
    for (const words of [call.titleZh, call.title, call.summaryZh, call.summary])
      expect(words.length).toBeGreaterThan(3);
    for (const example of call.invalidExamples) expect(example.whyZh).toMatch(/\p{Script=Han}/u);
    for (const schema of [call.params, call.result]) {
      for (const [at, node] of nodes(schema)) {
        if (!at.endsWith('/properties')) continue;
        for (const [field, property] of Object.entries(node)) {
          expect(property, `${name} ${at}/${field}`).toMatchObject({
            description: expect.any(String),
            'x-description-zh': expect.stringMatching(/\S/),
          });
        }
      }
    }
  });

  it('lists registered errors only, none of them twice and none of those that every call shares', () => {
    expect(new Set(call.errors).size).toBe(call.errors.length);
    for (const code of call.errors) {
      expect(errorRegistry, code).toHaveProperty(code);
      expect(commonErrors, code).not.toContain(code);
    }
    if (call.consent === 'user' || call.consent === 'pin')
      expect(call.errors).toEqual(expect.arrayContaining([...consentErrors]));
  });

  it('takes nothing that could be a PIN, a path or an address', () => {
    for (const [at, node] of nodes(call.params)) {
      if (!at.endsWith('/properties')) continue;
      for (const field of Object.keys(node)) {
        expect(field, at).not.toMatch(
          /pin$|pin[A-Z_]|passw|passphrase|secret|^path$|filePath|^url$|uri$|directory|folder/i,
        );
      }
    }
  });
});

describe.each(eventDefinitions.map((event) => [event.name, event] as const))('event %s', (_name, event) => {
  it('has an example that validates', () => {
    expect(firstViolation(event.payload, event.example)).toBeNull();
    expect(Value.Check(event.payload, event.example)).toBe(true);
  });

  it('carries no bytes, so that its wire form is its inside form', () => {
    for (const [at, node] of schemas(event.payload)) expect(node, at).not.toHaveProperty('contentEncoding');
  });
});

describe('every schema', () => {
  const all: readonly (readonly [string, TSchema])[] = [
    ...definitions.flatMap((call) => [
      [`${call.name} params`, call.params] as const,
      [`${call.name} result`, call.result] as const,
    ]),
    ...eventDefinitions.map((event) => [event.name, event.payload] as const),
  ];

  it('is closed: no object takes a field that is not named', () => {
    for (const [name, schema] of all) {
      for (const [at, node] of schemas(schema)) {
        if (node.type === 'object') expect(node.additionalProperties, `${name}${at}`).toBe(false);
      }
    }
  });

  it('says what it takes: nothing is left open to any value', () => {
    for (const [name, schema] of all) {
      for (const [at, node] of schemas(schema)) {
        if (!/\/(items|anyOf\/\d+|properties\/\w+)$|^$/.test(at)) continue;
        expect('type' in node || 'anyOf' in node || 'const' in node, `${name}${at}`).toBe(true);
      }
    }
  });

  it('bounds text, lists and numbers, at the wire no larger than a frame', () => {
    for (const [name, schema] of all) {
      for (const [at, node] of schemas(schema)) {
        const place = `${name}${at}`;
        if (node.type === 'string' && node.enum === undefined && node.const === undefined) {
          expect(node.maxLength, place).toBeLessThan(4 * 1024 * 1024 - 64 * 1024);
        }
        if (node.type === 'array') expect(node.maxItems, place).toBeLessThanOrEqual(1000);
        if ((node.type === 'integer' || node.type === 'number') && node.const === undefined) {
          expect(node.minimum, place).toBeTypeOf('number');
          expect(node.maximum, place).toBeTypeOf('number');
        }
      }
    }
  });

  it('uses patterns that cannot run away: anchored, and no repetition inside a repetition but that of base64, OIDs and times', () => {
    const patterns = new Set<string>();
    for (const [, schema] of all)
      for (const [, node] of schemas(schema)) if (typeof node.pattern === 'string') patterns.add(node.pattern);
    expect(patterns.size).toBeGreaterThan(10);
    for (const pattern of patterns) {
      expect(pattern).toMatch(/^\^.*\$$/);
      const hostile = '0.1-aA/'.repeat(20_000);
      const spent = processorTime();
      new RegExp(pattern, 'u').test(`${hostile}\n`);
      expect(spent(), pattern).toBeLessThan(50);
    }
  });
});

describe('results', () => {
  it('refuses a result that breaks the contract, naming the field', () => {
    expect(() => validateResult('closeKeySession', { outcome: 'perhaps' })).toFailWith('ERR_CALL_RESULT_INVALID');
  });
});
