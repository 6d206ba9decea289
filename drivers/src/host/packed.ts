import Type from 'typebox';

/** Several byte strings as one: what crosses between processes costs by the piece, hardly by the byte. */
export interface Packed {
  /** Of the parts, in their order. */
  readonly lengths: number[];
  readonly bytes: Uint8Array;
}

export function pack(parts: readonly Uint8Array[]): Packed {
  const lengths = parts.map((part) => part.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { lengths, bytes };
}

/** The parts, each in memory of its own. @param packed  as {@link PackedSchema} lets through */
export function unpack({ lengths, bytes }: Packed): readonly Uint8Array[] {
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return bytes.slice(at - length, at);
  });
}

/** 1 to `most` parts of so many bytes each, and nothing behind them. */
export function PackedSchema(most: number, min: number, max: number) {
  return Type.Refine(
    Type.Object(
      {
        lengths: Type.Array(Type.Integer({ minimum: min, maximum: max }), { minItems: 1, maxItems: most }),
        bytes: Type.Unsafe<Uint8Array>({}),
      },
      { additionalProperties: false },
    ),
    ({ lengths, bytes }) =>
      bytes instanceof Uint8Array && bytes.length === lengths.reduce((sum, length) => sum + length, 0),
    () => 'must be as long as its parts',
  );
}
