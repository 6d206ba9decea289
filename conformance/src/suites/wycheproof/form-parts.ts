import Type from 'typebox';

// What the forms of all groups share.
export const closed = { additionalProperties: false } as const;
export const Hex = Type.String({ pattern: '^([0-9a-fA-F]{2})*$' });
export const Result = Type.Union([Type.Literal('valid'), Type.Literal('invalid'), Type.Literal('acceptable')]);
export const Source = Type.Object({ name: Type.String(), version: Type.String() }, closed);
export const Jwk = Type.Record(Type.String(), Type.String());
