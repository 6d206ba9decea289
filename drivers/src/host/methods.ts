import Type, { type Static, type TSchema } from 'typebox';
import {
  contentCiphers,
  envelopeCiphers,
  keySpecs,
  lackReasons,
  mechanismUses,
  pinRoles,
  sealFormats,
  sealPlaces,
  tokenCapabilities,
} from '../port/index.ts';

/**
 * The calls that cross the process boundary, with their shapes. Both sides check: the host is somebody else's code, and
 * what it answers is judged like any other input.
 */

const closed = { additionalProperties: false } as const;
const maxSignInputBytes = 16 * 1024 * 1024;
const maxCertificateBytes = 65_536;
const maxPublicKeyBytes = 4096;
const maxEncryptedKeyBytes = 8192;
const maxFileBytes = 4 * 1024 * 1024;
export const maxRandomBytes = 65_536;

/** Bytes that one call carries; a longer content is decrypted in parts. */
export const limits = {
  signInputBytes: maxSignInputBytes,
  contentPartBytes: 4 * 1024 * 1024,
  randomBytes: maxRandomBytes,
} as const;

function Bytes(min: number, max: number) {
  return Type.Refine(
    Type.Unsafe<Uint8Array>({}),
    (value) => value instanceof Uint8Array && value.length >= min && value.length <= max,
    () => `must be ${min} to ${max} bytes`,
  );
}

/** Text from a token: no control characters, which a vendor's padding may contain. */
const Text = (max: number) => Type.String({ maxLength: max, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
const DeviceIdText = Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f\\u007f]+$' });
const SessionIdText = Type.String({ pattern: '^[0-9a-f-]{36}$' });
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000 });

export const DriverInfoSchema = Type.Object(
  {
    id: Text(64),
    family: Type.Enum(['soft', 'pkcs11', 'skf', 'card', 'cloud']),
    vendor: Text(128),
    version: Text(64),
  },
  closed,
);

const LackSchema = Type.Object(
  { capability: Type.Enum(tokenCapabilities), reason: Type.Enum(lackReasons), detail: Text(200) },
  closed,
);

const DeviceSchema = Type.Object(
  {
    id: DeviceIdText,
    kind: Type.Union([
      Type.Literal('key'),
      Type.Literal('card'),
      Type.Literal('phone'),
      Type.Literal('cloud'),
      Type.Literal('file'),
    ]),
    vendor: Text(128),
    model: Text(128),
    serialNumber: Text(128),
    label: Text(256),
    firmwareVersion: Type.Union([Text(64), Type.Null()]),
    algorithms: Type.Array(Type.Enum(['rsa', 'sm2', 'ec', 'ed25519']), { maxItems: 4 }),
    freeSpace: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    capabilities: Type.Array(Type.Enum(tokenCapabilities), { maxItems: tokenCapabilities.length }),
    lacks: Type.Optional(Type.Array(LackSchema, { maxItems: tokenCapabilities.length })),
    keySpecs: Type.Optional(Type.Array(Type.Enum(keySpecs), { maxItems: keySpecs.length })),
    sealPlace: Type.Optional(Type.Enum(sealPlaces)),
    insertion: Count,
  },
  closed,
);

const Certificate = Type.Union([Bytes(1, maxCertificateBytes), Type.Null()]);

const IdentitySchema = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 128 }),
    label: Text(256),
    signingCertificate: Certificate,
    encryptionCertificate: Certificate,
    earlierEncryption: Type.Optional(Type.Array(Bytes(1, maxCertificateBytes), { maxItems: 32 })),
    uncertifiedSigningKey: Type.Optional(Bytes(1, maxPublicKeyBytes)),
    uncertifiedEncryptionKey: Type.Optional(Bytes(1, maxPublicKeyBytes)),
  },
  closed,
);

const CountOrNull = Type.Union([Count, Type.Null()]);

const PinStatusSchema = Type.Object(
  {
    retriesLeft: CountOrNull,
    retriesMax: CountOrNull,
    low: Type.Boolean(),
    locked: Type.Boolean(),
    isDefault: Type.Union([Type.Boolean(), Type.Null()]),
    minLength: Count,
    maxLength: Count,
    typedOnDevice: Type.Optional(Type.Boolean()),
  },
  closed,
);

const Digest = Type.Union([
  Type.Literal('sm3'),
  Type.Literal('sha1'),
  Type.Literal('sha224'),
  Type.Literal('sha256'),
  Type.Literal('sha384'),
  Type.Literal('sha512'),
]);

const AlgorithmSchema = Type.Union([
  Type.Object({ kind: Type.Literal('rsa-pkcs1v15'), digest: Digest }, closed),
  Type.Object({ kind: Type.Literal('rsa-pss'), digest: Digest, mgf1Digest: Digest, saltLength: Count }, closed),
  Type.Object({ kind: Type.Literal('ecdsa'), digest: Digest }, closed),
  Type.Object({ kind: Type.Literal('sm2-sm3'), userId: Bytes(0, 8191) }, closed),
  Type.Object({ kind: Type.Union([Type.Literal('ed25519'), Type.Literal('ed448')]) }, closed),
]);

const Nothing = Type.Null();
const IdentityId = Type.String({ minLength: 1, maxLength: 128 });

/** What `sign` takes, piece by piece: see `SignJob` in sign-frames.ts. */
export const signParams = {
  session: SessionIdText,
  identityId: IdentityId,
  algorithm: AlgorithmSchema,
  kind: Type.Union([Type.Literal('message'), Type.Literal('digest')]),
  bytes: Bytes(0, maxSignInputBytes),
} as const;
export const maxSignatureBytes = 4096;
const SignatureBytes = Bytes(1, maxSignatureBytes);

const PinBytes = Bytes(0, 256);
const DecryptionKeySchema = Type.Object({ identityId: IdentityId, certificate: Certificate }, closed);

const KeyEncryptionSchema = Type.Union([
  Type.Object({ kind: Type.Literal('rsa-pkcs1v15') }, closed),
  Type.Object(
    { kind: Type.Literal('rsa-oaep'), digest: Digest, mgf1Digest: Digest, label: Type.Optional(Bytes(0, 1024)) },
    closed,
  ),
  Type.Object({ kind: Type.Literal('sm2') }, closed),
]);

const SealedContentSchema = Type.Object(
  {
    encryptedKey: Bytes(1, maxEncryptedKeyBytes),
    cipher: Type.Enum(contentCiphers),
    iv: Bytes(16, 16),
    ciphertext: Bytes(16, limits.contentPartBytes),
    last: Type.Boolean(),
  },
  closed,
);

const EnvelopedKeyPairSchema = Type.Object(
  {
    encryptedSymmetricKey: Bytes(1, 1024),
    publicPoint: Bytes(65, 65),
    cipher: Type.Enum(envelopeCiphers),
    encryptedScalar: Bytes(32, 64),
  },
  closed,
);

const FileNameText = Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f\\u007f]+$' });

const MechanismSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9_]+$', maxLength: 64 }),
    value: Type.Integer({ minimum: 0, maximum: 4_294_967_295 }),
    minKeyBits: CountOrNull,
    maxKeyBits: CountOrNull,
    uses: Type.Array(Type.Enum(mechanismUses), { maxItems: mechanismUses.length }),
  },
  closed,
);

export const methods = {
  listDevices: { params: Type.Object({}, closed), result: Type.Array(DeviceSchema, { maxItems: 64 }) },
  listIdentities: {
    params: Type.Object({ deviceId: DeviceIdText }, closed),
    result: Type.Array(IdentitySchema, { maxItems: 128 }),
  },
  pinStatus: {
    params: Type.Object({ deviceId: DeviceIdText, role: Type.Optional(Type.Enum(pinRoles)) }, closed),
    result: PinStatusSchema,
  },
  openSession: {
    params: Type.Object({ deviceId: DeviceIdText, pin: PinBytes }, closed),
    result: SessionIdText,
  },
  closeSession: { params: Type.Object({ session: SessionIdText }, closed), result: Nothing },
  sign: {
    params: Type.Object(
      {
        session: signParams.session,
        identityId: signParams.identityId,
        algorithm: signParams.algorithm,
        input: Type.Object({ kind: signParams.kind, bytes: signParams.bytes }, closed),
      },
      closed,
    ),
    result: SignatureBytes,
  },
  decrypt: {
    params: Type.Object(
      {
        session: SessionIdText,
        key: DecryptionKeySchema,
        scheme: KeyEncryptionSchema,
        ciphertext: Bytes(1, maxEncryptedKeyBytes),
      },
      closed,
    ),
    result: Bytes(0, maxEncryptedKeyBytes),
  },
  decryptContent: {
    params: Type.Object(
      {
        session: SessionIdText,
        key: DecryptionKeySchema,
        scheme: KeyEncryptionSchema,
        content: SealedContentSchema,
      },
      closed,
    ),
    result: Bytes(0, limits.contentPartBytes),
  },
  changePin: {
    params: Type.Object({ deviceId: DeviceIdText, oldPin: PinBytes, newPin: PinBytes }, closed),
    result: Nothing,
  },
  unblockPin: {
    params: Type.Object({ deviceId: DeviceIdText, adminPin: PinBytes, newPin: PinBytes }, closed),
    result: Nothing,
  },
  requestUnblock: {
    params: Type.Object({ deviceId: DeviceIdText }, closed),
    result: Type.Object({ request: Bytes(1, 65_536), validSeconds: Count }, closed),
  },
  finishUnblock: {
    params: Type.Object({ deviceId: DeviceIdText, response: Bytes(1, 65_536), newPin: PinBytes }, closed),
    result: Nothing,
  },
  generateKeyPair: {
    params: Type.Object({ session: SessionIdText, keySpec: Type.Enum(keySpecs), label: Text(128) }, closed),
    result: Type.Object({ identityId: IdentityId, publicKey: Bytes(1, maxPublicKeyBytes) }, closed),
  },
  importCertificate: {
    params: Type.Object(
      {
        session: SessionIdText,
        identityId: IdentityId,
        use: Type.Enum(['signing', 'encryption']),
        certificate: Bytes(1, maxCertificateBytes),
      },
      closed,
    ),
    result: Nothing,
  },
  importEncryptionKeyPair: {
    params: Type.Object(
      {
        session: SessionIdText,
        identityId: IdentityId,
        pair: EnvelopedKeyPairSchema,
        certificate: Certificate,
      },
      closed,
    ),
    result: Nothing,
  },
  listFiles: {
    params: Type.Object({ deviceId: DeviceIdText }, closed),
    result: Type.Array(
      Type.Object(
        {
          name: FileNameText,
          size: Type.Integer({ minimum: 0, maximum: 4_294_967_295 }),
          needsPin: Type.Boolean(),
          seal: Type.Optional(Type.Enum(sealFormats)),
        },
        closed,
      ),
      { maxItems: 256 },
    ),
  },
  readFile: {
    params: Type.Object(
      { deviceId: DeviceIdText, name: FileNameText, session: Type.Union([SessionIdText, Type.Null()]) },
      closed,
    ),
    result: Bytes(0, maxFileBytes),
  },
  listMechanisms: {
    params: Type.Object({ deviceId: DeviceIdText }, closed),
    result: Type.Array(MechanismSchema, { maxItems: 512 }),
  },
  random: {
    params: Type.Object(
      { deviceId: DeviceIdText, length: Type.Integer({ minimum: 1, maximum: maxRandomBytes }) },
      closed,
    ),
    result: Bytes(1, maxRandomBytes),
  },
} as const satisfies Record<string, { readonly params: TSchema; readonly result: TSchema }>;

export type MethodName = keyof typeof methods;
export type MethodParams<Name extends MethodName> = Static<(typeof methods)[Name]['params']>;
export type MethodResult<Name extends MethodName> = Static<(typeof methods)[Name]['result']>;
export const methodNames = Object.keys(methods) as readonly MethodName[];
