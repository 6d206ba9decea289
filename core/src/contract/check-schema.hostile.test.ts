import fc from 'fast-check';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { calls } from './calls.ts';
import { firstViolation } from './check-schema.ts';

const definitions = Object.values(calls);

/** Puts a foreign value at a random place of an example. */
function mutate(value: unknown, path: readonly number[], foreign: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return foreign;
  const keys = Object.keys(value);
  const key = keys[step % Math.max(keys.length, 1)];
  if (key === undefined) return foreign;
  const changed = mutate((value as Record<string, unknown>)[key], rest, foreign);
  return Array.isArray(value)
    ? value.map((item, index) => (String(index) === key ? changed : item))
    : { ...value, [key]: changed };
}

describe('the checker', () => {
  it('agrees with TypeBox on examples that were tampered with', () => {
    const foreign = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant([]),
      fc.constant({}),
      fc.constant('AAAA'),
      fc.constantFrom('k1_aaaaaaaaaa', 'certificate', 'picker', 'content', 'SM2-SM3', '2026-11-22T16:00:00Z', '1.2.3'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...definitions),
        fc.boolean(),
        fc.array(fc.nat({ max: 7 }), { maxLength: 4 }),
        foreign,
        (call, isParams, path, value) => {
          const schema = isParams ? call.params : call.result;
          const tampered = mutate(isParams ? call.example.params : call.example.result, path, value);
          const ours = firstViolation(schema, tampered);
          const theirs = Value.Check(schema, tampered);
          // Ours is the stricter one only where JSON Schema has no word for it: exact lengths and unused bits of base64.
          if (ours !== null && theirs) expect(ours.rule).toMatch(/base64|bytes/);
          else expect(ours === null).toBe(theirs);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('names names that a prototype knows as unknown fields', () => {
    const { params } = calls.listDrivers;
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(firstViolation(params, JSON.parse(`{${JSON.stringify(name)}:1}`))).toEqual({
        field: `/${name}`,
        rule: 'unknown field',
      });
    }
    expect(firstViolation(calls.getDeviceInfo.params, Object.create({ device: 'd1_aaaaaaaaaaaa' }))?.rule).toBe(
      'required',
    );
  });

  it('cuts a name that is made to be long, and escapes it as a JSON pointer', () => {
    const violation = firstViolation(calls.listDrivers.params, { ['x'.repeat(100_000)]: 1 });
    expect(violation?.field.length).toBeLessThanOrEqual(65);
    expect(firstViolation(calls.listDrivers.params, { 'a/b~c': 1 })?.field).toBe('/a~1b~0c');
  });

  it('looks at the size before it looks at the letters', () => {
    const text = 'A'.repeat(50_000_000);
    const spent = processorTime();
    expect(firstViolation(calls.getDeviceInfo.params, { device: text })?.rule).toBe('at most 512 characters');
    expect(firstViolation(calls.getCertificateInfo.params, { certificate: text })?.rule).toMatch(
      /^at most \d+ characters$/,
    );
    expect(spent()).toBeLessThan(100);
  });

  it('never repeats a value in a rule, so nothing typed by mistake reaches a log', () => {
    fc.assert(
      fc.property(fc.constantFrom(...definitions), fc.constant('hunter2-正确的马'), (call, secret) => {
        for (const field of Object.keys(call.params.properties ?? {})) {
          const violation = firstViolation(call.params, { [field]: secret });
          expect(JSON.stringify(violation)).not.toContain('hunter2');
        }
      }),
      { numRuns: 100 },
    );
  });
});
