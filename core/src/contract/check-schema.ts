import type { TSchema } from 'typebox';
import { isBase64 } from './base64.ts';

/** The first thing wrong with a value: where (JSON pointer, '' is the value itself) and which rule it breaks. */
export interface Violation {
  readonly field: string;
  /** Short and stable, e.g. `required`, `maxLength 120`, `unknown field`. Never contains the value. */
  readonly rule: string;
}

/** The keywords of JSON Schema that the contract uses. An unknown one fails a test, not a caller. */
interface Node {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly patternProperties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly uniqueItems?: boolean;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly contentEncoding?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-min-bytes'?: number;
  readonly 'x-max-bytes'?: number;
}

/**
 * Checks a value against a schema of the contract and names the first field that is wrong, in the schema's own order.
 * An interpreter on purpose: nothing is compiled at start-up, no code is generated (a page's CSP may forbid it), and
 * sizes are looked at before patterns, so a hostile value costs no more than its length.
 */
export function firstViolation(schema: TSchema, value: unknown): Violation | null {
  return check(schema as Node, value, '');
}

function check(node: Node, value: unknown, at: string): Violation | null {
  if (node.anyOf) return checkUnion(node.anyOf, value, at);
  if ('const' in node)
    return value === node.const ? null : { field: at, rule: `must be ${JSON.stringify(node.const)}` };
  if (node.enum) {
    return node.enum.includes(value) ? null : { field: at, rule: `must be one of ${node.enum.join(', ')}` };
  }
  switch (node.type) {
    case 'object':
      return checkObject(node, value, at);
    case 'array':
      return checkArray(node, value, at);
    case 'string':
      return checkString(node, value, at);
    case 'integer':
    case 'number':
      return checkNumber(node, value, at);
    case 'boolean':
      return typeof value === 'boolean' ? null : { field: at, rule: 'must be true or false' };
    case 'null':
      return value === null ? null : { field: at, rule: 'must be null' };
    case undefined:
      // `unknown`: the envelope of a call, whose parameters are checked against the call's own schema.
      return null;
    default:
      throw new TypeError(`the contract does not use schemas of type ${String(node.type)}`);
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** `~` and `/` escaped, RFC 6901 §3. The name comes from the caller, so it is cut. */
function join(at: string, key: string | number): string {
  return `${at}/${String(key).slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function checkObject(node: Node, value: unknown, at: string): Violation | null {
  if (!isPlainObject(value)) return { field: at, rule: 'must be an object' };
  const keys = Object.keys(value);
  if (node.patternProperties) return checkRecord(node, value, keys, at);
  const properties = node.properties ?? {};
  for (const key of keys) if (!Object.hasOwn(properties, key)) return { field: join(at, key), rule: 'unknown field' };
  for (const [key, property] of Object.entries(properties)) {
    if (!Object.hasOwn(value, key)) {
      if (node.required?.includes(key)) return { field: join(at, key), rule: 'required' };
      continue;
    }
    const violation = check(property, value[key], join(at, key));
    if (violation) return violation;
  }
  return null;
}

/** A record: every name matches the one pattern, and there are not too many. */
function checkRecord(
  node: Node,
  value: Record<string, unknown>,
  keys: readonly string[],
  at: string,
): Violation | null {
  const max = node.maxProperties ?? 0;
  if (keys.length > max) return { field: at, rule: `at most ${max} fields` };
  const [entry] = Object.entries(node.patternProperties ?? {});
  for (const key of keys) {
    if (!entry || key.length > 64 || !new RegExp(entry[0], 'u').test(key))
      return { field: join(at, key), rule: 'unknown field' };
    const violation = check(entry[1], value[key], join(at, key));
    if (violation) return violation;
  }
  return null;
}

function checkArray(node: Node, value: unknown, at: string): Violation | null {
  if (!Array.isArray(value)) return { field: at, rule: 'must be a list' };
  if (value.length < (node.minItems ?? 0)) return { field: at, rule: `at least ${node.minItems} items` };
  if (value.length > (node.maxItems ?? 0)) return { field: at, rule: `at most ${node.maxItems} items` };
  for (const [index, item] of value.entries()) {
    const violation = node.items ? check(node.items, item, join(at, index)) : null;
    if (violation) return violation;
  }
  // Lists with this rule hold words only, so equality of values is equality of items.
  if (node.uniqueItems === true && new Set(value).size !== value.length)
    return { field: at, rule: 'items must differ' };
  return null;
}

function checkString(node: Node, value: unknown, at: string): Violation | null {
  if (typeof value !== 'string') return { field: at, rule: 'must be text' };
  if (value.length < (node.minLength ?? 0)) return { field: at, rule: `at least ${node.minLength} characters` };
  if (value.length > (node.maxLength ?? 0)) return { field: at, rule: `at most ${node.maxLength} characters` };
  if (node.contentEncoding === 'base64') return checkBase64(node, value, at);
  if (node.pattern !== undefined && !new RegExp(node.pattern, 'u').test(value)) {
    return { field: at, rule: `must match ${node.pattern}` };
  }
  return null;
}

function checkBase64(node: Node, value: string, at: string): Violation | null {
  if (!isBase64(value)) return { field: at, rule: 'must be base64 (RFC 4648 §4, padded)' };
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  const length = (value.length / 4) * 3 - padding;
  const min = node['x-min-bytes'] ?? 0;
  const max = node['x-max-bytes'] ?? 0;
  if (length < min) return { field: at, rule: `at least ${min} bytes` };
  if (length > max) return { field: at, rule: `at most ${max} bytes` };
  return null;
}

function checkNumber(node: Node, value: unknown, at: string): Violation | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return { field: at, rule: 'must be a number' };
  if (node.type === 'integer' && !Number.isSafeInteger(value)) return { field: at, rule: 'must be a whole number' };
  if (node.minimum !== undefined && value < node.minimum) return { field: at, rule: `at least ${node.minimum}` };
  if (node.maximum !== undefined && value > node.maximum) return { field: at, rule: `at most ${node.maximum}` };
  return null;
}

/** The field whose constant tells the members of a union apart. */
function discriminator(members: readonly Node[]): string | null {
  const [first] = members;
  for (const [key, property] of Object.entries(first?.properties ?? {})) {
    if (
      'const' in property &&
      members.every((member) => member.properties?.[key] && 'const' in member.properties[key])
    ) {
      return key;
    }
  }
  return null;
}

function checkUnion(members: readonly Node[], value: unknown, at: string): Violation | null {
  const nullable = members.some((member) => member.type === 'null');
  if (nullable && value === null) return null;
  const others = members.filter((member) => member.type !== 'null');
  const [only] = others;
  if (only && others.length === 1) return check(only, value, at);
  const key = discriminator(others);
  if (key === null) {
    if (others.some((member) => check(member, value, at) === null)) return null;
    return { field: at, rule: 'fits none of the forms allowed here' };
  }
  if (!isPlainObject(value)) return { field: at, rule: 'must be an object' };
  if (!Object.hasOwn(value, key)) return { field: join(at, key), rule: 'required' };
  const chosen = others.find((member) => member.properties?.[key]?.const === value[key]);
  if (chosen) return check(chosen, value, at);
  const words = others.map((member) => String(member.properties?.[key]?.const));
  return { field: join(at, key), rule: `must be one of ${words.join(', ')}` };
}
