import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

const closed = { additionalProperties: false } as const;

const Case = Type.Object(
  {
    id: Type.Integer(),
    suite: Type.Union([Type.Literal('nameconstraints'), Type.Literal('pathbuilding')]),
    /** base64 DER, leaf first, the trust root not among them. */
    certificates: Type.Array(Type.String(), { minItems: 1 }),
    hostname: Type.String({ minLength: 1 }),
    requiredFeatures: Type.Array(Type.String()),
    expected: Type.Union([Type.Literal('ACCEPT'), Type.Literal('REJECT')]),
    /** The standards leave it open: either answer is right. */
    failureIsWarning: Type.Boolean(),
  },
  closed,
);
export type BettertlsCase = Static<typeof Case>;

const Cases = Type.Object({ testCases: Type.Array(Case) }, closed);

/** What `bettertls export-tests` writes, with the time at which to ask. */
const File = Type.Object(
  {
    betterTlsRevision: Type.String(),
    validationTime: Type.String(),
    validationTimeNote: Type.String(),
    trustRoot: Type.String(),
    suites: Type.Object({ nameconstraints: Type.Optional(Cases), pathbuilding: Type.Optional(Cases) }, closed),
  },
  closed,
);
export type BettertlsFile = Static<typeof File>;
export const bettertlsValidator = Compile(File);
