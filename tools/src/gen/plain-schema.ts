import { sharedSchemas } from '@onelock/core/contract';

/** A schema as plain data: what JSON.stringify keeps of it. */
export type PlainSchema = { readonly [key: string]: unknown };

const described = new Set(['description', 'x-description-zh']);

/** The same text for two schemas that differ in their words only. */
function identityOf(schema: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(schema).filter(([key]) => !described.has(key))));
}

const namesByIdentity = new Map(Object.entries(sharedSchemas).map(([name, schema]) => [identityOf(schema), name]));

/** The name of a schema that calls share, or null. */
export function sharedName(schema: PlainSchema): string | null {
  return namesByIdentity.get(identityOf(schema)) ?? null;
}

export function asPlain(schema: object): PlainSchema {
  return schema as PlainSchema;
}

/**
 * The schema with shared parts replaced by references; a reference keeps the words of its place.
 * @param refTo  where a shared schema lives, e.g. `#/components/schemas/`
 */
export function withReferences(schema: unknown, refTo: string, isRoot = true): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withReferences(item, refTo, false));
  if (typeof schema !== 'object' || schema === null) return schema;
  const name = isRoot ? null : sharedName(asPlain(schema));
  if (name !== null) {
    const words = Object.entries(schema).filter(([key]) => described.has(key));
    return { $ref: `${refTo}${name}`, ...Object.fromEntries(words) };
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withReferences(value, refTo, false)]));
}
