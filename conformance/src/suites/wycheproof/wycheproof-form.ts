import Type, { type Static, type TProperties } from 'typebox';
import { Compile } from 'typebox/compile';
import { closed, Hex, Jwk, Result, Source } from './form-parts.ts';

// The forms of wycheproof's own schemas (testvectors_v1). Every field is named: the runner must not pass over one that
// it does not understand.
const RsaKey = Type.Object({ modulus: Hex, publicExponent: Hex }, closed);
const EcKey = Type.Object(
  {
    type: Type.Literal('EcPublicKey'),
    curve: Type.String(),
    keySize: Type.Integer(),
    uncompressed: Hex,
    wx: Type.String(),
    wy: Type.String(),
  },
  closed,
);
const EdKey = Type.Object({ type: Type.String(), curve: Type.String(), keySize: Type.Integer(), pk: Hex }, closed);

export const SignatureTest = Type.Object(
  {
    tcId: Type.Integer(),
    comment: Type.String(),
    flags: Type.Array(Type.String()),
    msg: Hex,
    sig: Hex,
    result: Result,
  },
  closed,
);
export type SignatureTest = Static<typeof SignatureTest>;

function group<T extends string, P extends TProperties>(type: T, properties: P) {
  return Type.Object(
    {
      type: Type.Literal(type),
      source: Type.Optional(Source),
      publicKeyDer: Hex,
      publicKeyPem: Type.String(),
      ...properties,
      tests: Type.Array(SignatureTest),
    },
    closed,
  );
}

const rsaFields = {
  publicKey: RsaKey,
  publicKeyAsn: Hex,
  keySize: Type.Integer(),
  sha: Type.String(),
  keyJwk: Type.Optional(Jwk),
  publicKeyJwk: Type.Optional(Jwk),
};
const pssFields = { ...rsaFields, mgf: Type.String(), mgfSha: Type.String(), sLen: Type.Integer() };

export const EcdsaGroup = group('EcdsaVerify', { publicKey: EcKey, sha: Type.String() });
export const EcdsaP1363Group = group('EcdsaP1363Verify', {
  publicKey: EcKey,
  sha: Type.String(),
  publicKeyJwk: Type.Optional(Jwk),
});
export const RsaPkcs1Group = group('RsassaPkcs1Verify', rsaFields);
export const RsaPssGroup = group('RsassaPssVerify', pssFields);
export const RsaPssWithParametersGroup = group('RsassaPssWithParametersVerify', pssFields);
export const EddsaGroup = group('EddsaVerify', { publicKey: EdKey, publicKeyJwk: Type.Optional(Jwk) });

export type SignatureGroup =
  | Static<typeof EcdsaGroup>
  | Static<typeof EcdsaP1363Group>
  | Static<typeof RsaPkcs1Group>
  | Static<typeof RsaPssGroup>
  | Static<typeof RsaPssWithParametersGroup>
  | Static<typeof EddsaGroup>;

/** Validators of the groups we run, by the group's `type`. */
export const groupValidators = {
  EcdsaVerify: Compile(EcdsaGroup),
  EcdsaP1363Verify: Compile(EcdsaP1363Group),
  RsassaPkcs1Verify: Compile(RsaPkcs1Group),
  RsassaPssVerify: Compile(RsaPssGroup),
  RsassaPssWithParametersVerify: Compile(RsaPssWithParametersGroup),
  EddsaVerify: Compile(EddsaGroup),
} as const satisfies Record<SignatureGroup['type'], unknown>;

/** A group of a kind that we do not do: enough is read to count its tests. */
const AnyGroup = Type.Object({
  type: Type.String(),
  tests: Type.Array(Type.Object({ tcId: Type.Integer(), result: Result })),
});
export type AnyGroup = Static<typeof AnyGroup>;

export const WycheproofFile = Type.Object(
  {
    algorithm: Type.String(),
    schema: Type.String(),
    generatorVersion: Type.Optional(Type.String()),
    numberOfTests: Type.Integer(),
    header: Type.Array(Type.String()),
    notes: Type.Unknown(),
    testGroups: Type.Array(AnyGroup),
  },
  closed,
);
export type WycheproofFile = Static<typeof WycheproofFile>;
export const fileValidator = Compile(WycheproofFile);
