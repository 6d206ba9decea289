import Type, { type Static, type TObject, type TProperties, type TSchema, type TUnion, type TUnsafe } from 'typebox';

/** Chinese and English words for one field. They travel in the schema, so pages and tools show the same sentence. */
export type About = readonly [zh: string, en: string];

/** The annotation that carries the Chinese sentence beside JSON Schema's own `description`. */
export const zhKeyword = 'x-description-zh';

function words(about: About): { description: string; [zhKeyword]: string } {
  return { description: about[1], [zhKeyword]: about[0] };
}

/** The same schema described for one place: a copy, the hidden markers of TypeBox (optional, kind) included. */
export function about<S extends TSchema>(schema: S, zh: string, en: string): S {
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema));
  return Object.assign(copy as S, words([zh, en]));
}

/** An object with these fields and no others. */
export function closed<P extends TProperties>(properties: P, described?: About): TObject<P> {
  return Type.Object(properties, { additionalProperties: false, ...(described ? words(described) : {}) });
}

export const optional = Type.Optional;
export const literal = Type.Literal;

/** Unicode text of `min` to `max` UTF-16 units. A pattern must be linear: no nested or adjacent repetition of one class. */
export function text(limits: { readonly max: number; readonly min?: number; readonly pattern?: string }, ...d: About) {
  return Type.String({
    minLength: limits.min ?? 1,
    maxLength: limits.max,
    ...(limits.pattern === undefined ? {} : { pattern: limits.pattern }),
    ...words(d),
  });
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(values: Words, ...d: About) {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...values], ...words(d) });
}

export function integer(limits: { readonly min: number; readonly max: number }, ...d: About) {
  return Type.Integer({ minimum: limits.min, maximum: limits.max, ...words(d) });
}

export function flag(...d: About) {
  return Type.Boolean(words(d));
}

/** A bounded list. Called with the schema of one item. */
export function list<S extends TSchema>(
  item: S,
  limits: { readonly max: number; readonly min?: number; readonly unique?: boolean },
  ...d: About
) {
  return Type.Array(item, {
    minItems: limits.min ?? 0,
    maxItems: limits.max,
    ...(limits.unique === true ? { uniqueItems: true } : {}),
    ...words(d),
  });
}

/** The value, or null when there is none. */
export function nullable<S extends TSchema>(schema: S, ...d: About) {
  return Type.Union([schema, Type.Null()], words(d));
}

/** One of several closed objects; a field with a constant tells which. */
export function union<S extends [TSchema, ...TSchema[]]>(members: S, ...d: About): TUnion<S> {
  return Type.Union(members, words(d)) as TUnion<S>;
}

/** Characters of base64 (RFC 4648 §4, padded) that `length` bytes take. */
export function base64Length(length: number): number {
  return Math.ceil(length / 3) * 4;
}

/** Linear for a matcher without back-tracking into the group; our own validator scans instead (check-schema.ts). */
export const base64Pattern = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';

/**
 * Bytes: base64 text at the wire, `Uint8Array` inside (codec.ts). Limits are in bytes; `x-min-bytes` and `x-max-bytes`
 * state them exactly, since a length of base64 cannot.
 */
export function bytes(limits: { readonly max: number; readonly min?: number }, ...d: About): TUnsafe<Uint8Array> {
  const min = limits.min ?? 1;
  return Type.Unsafe<Uint8Array>({
    type: 'string',
    contentEncoding: 'base64',
    minLength: base64Length(min),
    maxLength: base64Length(limits.max),
    pattern: base64Pattern,
    'x-min-bytes': min,
    'x-max-bytes': limits.max,
    ...words(d),
  });
}

/** A moment in UTC, RFC 3339, at most milliseconds. */
export function instant(...d: About) {
  return text(
    {
      min: 20,
      max: 24,
      pattern: '^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](?:\\.[0-9]{1,3})?Z$',
    },
    ...d,
  );
}

/** Dotted decimal object identifier. */
export function oid(...d: About) {
  return text({ min: 3, max: 128, pattern: '^[0-2](?:\\.(?:0|[1-9][0-9]{0,38})){1,40}$' }, ...d);
}

/** Lower-case hexadecimal. */
export function hex(limits: { readonly max: number; readonly min?: number }, ...d: About) {
  return text({ min: limits.min ?? 2, max: limits.max, pattern: '^[0-9a-f]+$' }, ...d);
}

/** Limits shared by many calls, in bytes. A frame (wire.ts) holds the largest of them as base64 with room to spare. */
export const limits = {
  /** Content carried inside one frame; larger content is a FileSource. */
  content: 2 * 1024 * 1024,
  /** A SignedData or EnvelopedData around such content. */
  message: 2 * 1024 * 1024 + 512 * 1024,
  certificate: 64 * 1024,
  signature: 4096,
} as const;

export type Inside<S extends TSchema> = Static<S>;
