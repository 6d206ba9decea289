import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

const closed = { additionalProperties: false } as const;
const Files = Type.Array(Type.String({ minLength: 1 }));

const Test = Type.Object(
  {
    /** Section and number, `4.1.1`; several rows may bear one id. */
    id: Type.String({ pattern: '^4\\.[0-9]+\\.[0-9]+' }),
    name: Type.String({ minLength: 1 }),
    section: Type.String({ minLength: 1 }),
    trust_anchor: Type.String({ minLength: 1 }),
    /** The anchor not included. */
    chain_leaf_last: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    /** Needed off the path: signers of CRLs, cross-certificates. */
    other_certs: Files,
    crls: Files,
    revocation_required: Type.Boolean(),
    initial_policy_set: Type.Array(Type.String({ minLength: 1 })),
    initial_explicit_policy: Type.Boolean(),
    initial_policy_mapping_inhibit: Type.Boolean(),
    initial_any_policy_inhibit: Type.Boolean(),
    validation_time: Type.String({ minLength: 10 }),
    expected: Type.Union([Type.Literal('VALID'), Type.Literal('INVALID')]),
  },
  closed,
);
export type PkitsTest = Static<typeof Test>;

/** pkits-index.json */
const Index = Type.Object({ tests: Type.Array(Test, { minItems: 1 }) }, closed);
export type PkitsIndex = Static<typeof Index>;
export const pkitsValidator = Compile(Index);
