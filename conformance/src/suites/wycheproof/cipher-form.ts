import Type, { type Static, type TObject, type TProperties } from 'typebox';
import { Compile } from 'typebox/compile';
import { closed, Hex, Jwk, Result, Source } from './form-parts.ts';

// Forms of the groups that decrypt, derive or authenticate; every field is named, as in wycheproof-form.ts.
function group<T extends string, P extends TProperties, Q extends TProperties>(type: T, properties: P, test: Q) {
  const Test: TObject<typeof testFields & Q> = Type.Object({ ...testFields, ...test }, closed);
  return Type.Object(
    { type: Type.Literal(type), source: Type.Optional(Source), ...properties, tests: Type.Array(Test) },
    closed,
  );
}

const testFields = { tcId: Type.Integer(), comment: Type.String(), flags: Type.Array(Type.String()), result: Result };
const Bits = Type.Integer();
const PrivateKey = Type.Object(
  {
    modulus: Hex,
    privateExponent: Hex,
    publicExponent: Hex,
    prime1: Hex,
    prime2: Hex,
    exponent1: Hex,
    exponent2: Hex,
    coefficient: Hex,
  },
  closed,
);
const rsaFields = {
  keySize: Bits,
  privateKey: PrivateKey,
  privateKeyPkcs8: Hex,
  privateKeyPem: Type.String(),
  privateKeyJwk: Type.Optional(Jwk),
};

export const MacGroup = group('MacTest', { keySize: Bits, tagSize: Bits }, { key: Hex, msg: Hex, tag: Hex });
export const HkdfGroup = group(
  'HkdfTest',
  { keySize: Bits },
  { ikm: Hex, salt: Hex, info: Hex, size: Type.Integer(), okm: Hex },
);
export const PbkdfGroup = group(
  'PbkdfTest',
  {},
  { password: Hex, salt: Hex, iterationCount: Type.Integer(), dkLen: Type.Integer(), dk: Hex },
);
export const PbeGroup = group(
  'PbeTest',
  {},
  { password: Hex, salt: Hex, iterationCount: Type.Integer(), iv: Hex, msg: Hex, ct: Hex },
);
export const AeadGroup = group(
  'AeadTest',
  { ivSize: Bits, keySize: Bits, tagSize: Bits },
  { key: Hex, iv: Hex, aad: Hex, msg: Hex, ct: Hex, tag: Hex },
);
export const OaepGroup = group(
  'RsaesOaepDecrypt',
  { ...rsaFields, sha: Type.String(), mgf: Type.String(), mgfSha: Type.String() },
  { msg: Hex, ct: Hex, label: Hex },
);
export const Pkcs1Group = group('RsaesPkcs1Decrypt', rsaFields, { msg: Hex, ct: Hex });

export const KeyWrapGroup = group('KeywrapTest', { keySize: Bits }, { key: Hex, msg: Hex, ct: Hex });
export const EcdhPemGroup = group(
  'EcdhPemTest',
  { curve: Type.String(), encoding: Type.Literal('pem') },
  { public: Type.String(), private: Type.String(), shared: Hex },
);

export type MacGroup = Static<typeof MacGroup>;
export type HkdfGroup = Static<typeof HkdfGroup>;
export type PbkdfGroup = Static<typeof PbkdfGroup>;
export type PbeGroup = Static<typeof PbeGroup>;
export type AeadGroup = Static<typeof AeadGroup>;
export type OaepGroup = Static<typeof OaepGroup>;
export type Pkcs1Group = Static<typeof Pkcs1Group>;
export type KeyWrapGroup = Static<typeof KeyWrapGroup>;
export type EcdhPemGroup = Static<typeof EcdhPemGroup>;

export type CipherGroup =
  | MacGroup
  | HkdfGroup
  | PbkdfGroup
  | PbeGroup
  | AeadGroup
  | OaepGroup
  | Pkcs1Group
  | KeyWrapGroup
  | EcdhPemGroup;

/** Validators of those groups, by the group's `type`. */
export const cipherGroupValidators = {
  MacTest: Compile(MacGroup),
  HkdfTest: Compile(HkdfGroup),
  PbkdfTest: Compile(PbkdfGroup),
  PbeTest: Compile(PbeGroup),
  AeadTest: Compile(AeadGroup),
  RsaesOaepDecrypt: Compile(OaepGroup),
  RsaesPkcs1Decrypt: Compile(Pkcs1Group),
  KeywrapTest: Compile(KeyWrapGroup),
  EcdhPemTest: Compile(EcdhPemGroup),
} as const satisfies Record<CipherGroup['type'], unknown>;
