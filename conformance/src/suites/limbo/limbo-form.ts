import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

// limbo-schema.json, version 1, with every field named.
const closed = { additionalProperties: false } as const;
const literals = <T extends string>(...names: readonly T[]) => Type.Union(names.map((name) => Type.Literal(name)));
const Pems = Type.Array(Type.String());
const PeerName = Type.Object({ kind: literals('RFC822', 'DNS', 'IP'), value: Type.String() }, closed);
const nullable = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

export const limboFeatures = [
  'has-policy-constraints',
  'has-cert-policies',
  'no-cert-policies',
  'pedantic-public-suffix-wildcard',
  'name-constraint-dn',
  'pedantic-webpki-subscriber-key',
  'pedantic-webpki-eku',
  'pedantic-serial-number',
  'max-chain-depth',
  'pedantic-rfc5280',
  'rfc5280-incompatible-with-webpki',
  'denial-of-service',
  'has-crl',
] as const;
export type LimboFeature = (typeof limboFeatures)[number];

export const LimboCase = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    conflicts_with: Type.Optional(Type.Array(Type.String())),
    features: Type.Optional(Type.Array(literals(...limboFeatures))),
    importance: Type.Optional(literals('undetermined', 'low', 'medium', 'high', 'critical')),
    description: Type.String(),
    validation_kind: literals('CLIENT', 'SERVER'),
    trusted_certs: Pems,
    untrusted_intermediates: Pems,
    peer_certificate: Type.String(),
    peer_certificate_key: nullable(Type.String()),
    validation_time: nullable(Type.String()),
    signature_algorithms: Type.Array(Type.String()),
    key_usage: Type.Array(
      literals(
        'digitalSignature',
        'contentCommitment',
        'keyEncipherment',
        'dataEncipherment',
        'keyAgreement',
        'keyCertSign',
        'cRLSign',
        'encipherOnly',
        'decipherOnly',
      ),
    ),
    extended_key_usage: Type.Array(Type.String()),
    expected_result: literals('SUCCESS', 'FAILURE'),
    expected_peer_name: nullable(PeerName),
    expected_peer_names: Type.Array(PeerName),
    max_chain_depth: nullable(Type.Integer()),
    crls: Type.Optional(Pems),
  },
  closed,
);
export type LimboCase = Static<typeof LimboCase>;

export const LimboFile = Type.Object({ version: Type.Literal(1), testcases: Type.Array(LimboCase) }, closed);
export type LimboFile = Static<typeof LimboFile>;
export const limboValidator = Compile(LimboFile);
