/** As much of JSON Schema as the OpenAPI document uses. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly examples?: readonly unknown[];
}

const sql = "' or 1=1; drop table callers; --";

/** What hostile clients put where text, a number or an object belongs. */
export const hostileValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER + 2,
  '',
  ' ',
  [],
  {},
  [[[[[[]]]]]],
  { $ne: null },
  { __proto__: { admin: true } },
  sql,
  `"; select pg_sleep(10); --`,
  `x') union select token_digest from callers --`,
  'a\u0000b',
  '\ud800',
  '\u202e\ufeff\u200b',
  '../../../../etc/passwd',
  'http://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  '{{7*7}}<script>alert(1)</script>',
  '%00%ff%2e%2e',
  'x'.repeat(100_000),
  'AAAA'.repeat(2_000),
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  '9999-99-99T99:99:99Z',
  Array.from({ length: 2_000 }, () => sql),
];

/** Texts for places that are text by nature: paths and queries. */
export const hostileTexts: readonly string[] = hostileValues
  .filter((value): value is string => typeof value === 'string' && value.length < 3_000 && value.isWellFormed())
  .concat(['1e309', '-0', 'NaN', 'true', '[]', '{}', 'null', 'undefined', '0'.repeat(300)]);

/** A value that a schema admits, or nearly: the shape into which a hostile one is put. */
export function sampleOf(schema: Schema, depth = 0): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] ?? {}, depth);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => depth < 6 && schema.required?.includes(name) === true)
          .map(([name, property]) => [name, sampleOf(property, depth + 1)]),
      );
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}, depth + 1));
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return sampleText(schema);
  }
}

function sampleText({ pattern, format, minLength = 1 }: Schema): string {
  if (format === 'date-time') return '2026-06-01T00:00:00Z';
  const prefix = /^\^([a-z]+)_\[0-9a-f\]\{32\}\$$/.exec(pattern ?? '')?.[1];
  if (prefix !== undefined) return `${prefix}_${'0'.repeat(32)}`;
  return 'A'.repeat(Math.max(1, minLength));
}

/** Where a value may be put in a body: a path of names and indexes. */
export function placesIn(
  schema: Schema,
  at: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  if (at.length > 4) return [at];
  const below =
    schema.anyOf !== undefined
      ? schema.anyOf.flatMap((variant) => placesIn(variant, at).slice(1))
      : [
          ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => placesIn(property, [...at, name])),
          ...(schema.items === undefined ? [] : placesIn(schema.items, [...at, 0])),
        ];
  return [at, ...below];
}

/** A copy of a value with another one put at a place, the way there made where it is missing. */
export function withValueAt(whole: unknown, at: readonly (string | number)[], value: unknown): unknown {
  const [first, ...rest] = at;
  if (first === undefined) return value;
  if (typeof first === 'number') {
    const list = Array.isArray(whole) ? [...(whole as unknown[])] : [];
    list[first] = withValueAt(list[first], rest, value);
    return list;
  }
  const fields = typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? whole : {};
  return { ...fields, [first]: withValueAt((fields as Record<string, unknown>)[first], rest, value) };
}
