import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

const closed = { additionalProperties: false } as const;
/** Where a case comes from and why it is there: for people. */
const remarks = {
  description: Type.Optional(Type.String()),
  source: Type.Optional(Type.String()),
  note: Type.Optional(Type.String()),
};

const Case = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    title: Type.String(),
    /** DER. */
    response: Type.String({ minLength: 1 }),
    /** PEM: the trust anchor. */
    ca_file: Type.String({ minLength: 1 }),
    /** PEM: certificates that may be needed. */
    untrusted: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    /** Whether the responder may answer for the issuer is not asked. */
    no_cert_checks: Type.Optional(Type.Boolean()),
    expected: Type.Union([Type.Literal('SUCCESS'), Type.Literal('FAILURE')]),
    ...remarks,
  },
  closed,
);
export type OcspCase = Static<typeof Case>;

/** index.json */
const Index = Type.Object(
  {
    /** ISO 8601, or seconds since 1970. */
    verification_time: Type.Union([Type.String({ minLength: 4 }), Type.Number()]),
    /** Whether an anchor need not be self-signed. */
    partial_chain: Type.Optional(Type.Boolean()),
    cases: Type.Array(Case, { minItems: 1 }),
    ...remarks,
  },
  closed,
);
export type OcspIndex = Static<typeof Index>;
export const ocspValidator = Compile(Index);
