/** The same value at the wire: every `Uint8Array` is base64 text, everything is read-only. */
export type WireForm<T> = T extends Uint8Array
  ? string
  : T extends readonly (infer Item)[]
    ? readonly WireForm<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: WireForm<T[Key]> }
      : T;

/** The same value, read-only through and through. */
export type Frozen<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<T[Key]> }
      : T;
