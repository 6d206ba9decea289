import type { TSchema } from 'typebox';
import { base64ToBytes, bytesToBase64 } from './base64.ts';

/**
 * Where bytes stand in a value of a schema: dotted names, `*` for every item of a list, e.g. `challenge`, `chain.*`,
 * `signers.*.signature`. This is all that a reader of the wire needs to know to turn base64 back into bytes, and it
 * is what the SDK is given (sdk/src/generated/contract-tables.ts).
 */
export type BytePath = string;

interface Node {
  readonly contentEncoding?: string;
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

/** Every place of a schema that holds bytes, in its own order, each once. */
export function bytePaths(schema: TSchema): readonly BytePath[] {
  const found = new Set<BytePath>();
  collect(schema as Node, [], found);
  return [...found];
}

function collect(node: Node, path: readonly string[], found: Set<BytePath>): void {
  if (node.contentEncoding === 'base64') found.add(path.join('.'));
  for (const member of node.anyOf ?? []) collect(member, path, found);
  for (const [key, property] of Object.entries(node.properties ?? {})) collect(property, [...path, key], found);
  if (node.items) collect(node.items, [...path, '*'], found);
}

/** Bytes to base64, wherever they stand. A value without bytes comes back equal. */
export function toWire(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToBase64(value);
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  // A field that is present but undefined is an absent one: JSON would drop it too.
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([key, field]) => [key, toWire(field)]));
}

/** Base64 to bytes at the given places of a value that has been validated. The input is left as it is. */
export function fromWire(value: unknown, paths: readonly BytePath[]): unknown {
  return paths.reduce((current, path) => decodeAt(current, path === '' ? [] : path.split('.')), value);
}

function decodeAt(value: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return typeof value === 'string' ? base64ToBytes(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (step === '*') return Array.isArray(value) ? value.map((item) => decodeAt(item, rest)) : value;
  if (!Object.hasOwn(value, step)) return value;
  return { ...value, [step]: decodeAt((value as Record<string, unknown>)[step], rest) };
}
