import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

const closed = { additionalProperties: false } as const;
const Outcome = Type.Union([Type.Literal('SUCCESS'), Type.Literal('FAILURE')]);
const Names = Type.Array(Type.String({ minLength: 1 }));

const Purpose = Type.Union([
  Type.Literal(''),
  Type.Literal('sslserver'),
  Type.Literal('sslclient'),
  Type.Literal('timestampsign'),
  Type.Literal('codesign'),
]);
export type Purpose = Static<typeof Purpose>;

const Case = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    title: Type.String(),
    cert: Type.String({ minLength: 1 }),
    purpose: Purpose,
    trusted: Names,
    untrusted: Names,
    /** Words of the command line. */
    opts: Type.Array(Type.String()),
    expected: Outcome,
    'openssl_3.0.22': Outcome,
    openssl_error: Type.Optional(Type.String()),
    needs_openssl_trust: Type.Boolean(),
  },
  closed,
);
export type OpensslVerifyCase = Static<typeof Case>;

/** test/recipes/25-test_verify.t of OpenSSL as data. */
const File = Type.Object(
  {
    semantics: Type.String(),
    certificates: Type.Record(Type.String(), Type.Array(Type.String())),
    cases: Type.Array(Case),
  },
  closed,
);
export type OpensslVerifyFile = Static<typeof File>;
export const opensslVerifyValidator = Compile(File);
