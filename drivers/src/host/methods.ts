import Type, { type Static, type TSchema } from 'typebox';
import { tokenCapabilities } from '../port/index.ts';

/**
 * The calls that cross the process boundary, with their shapes. Both sides check: the host is somebody else's code, and
 * what it answers is judged like any other input.
 */

const closed = { additionalProperties: false } as const;
const maxSignInputBytes = 16 * 1024 * 1024;
const maxCertificateBytes = 65_536;
export const maxRandomBytes = 65_536;

export const limits = { signInputBytes: maxSignInputBytes, randomBytes: maxRandomBytes } as const;

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
    family: Type.Union([Type.Literal('soft'), Type.Literal('pkcs11'), Type.Literal('skf')]),
    vendor: Text(128),
    version: Text(64),
  },
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
    algorithms: Type.Array(Type.Union([Type.Literal('rsa'), Type.Literal('sm2'), Type.Literal('ec')]), { maxItems: 3 }),
    freeSpace: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    capabilities: Type.Array(Type.Enum(tokenCapabilities), { maxItems: 16 }),
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

const InputSchema = Type.Object(
  { kind: Type.Union([Type.Literal('message'), Type.Literal('digest')]), bytes: Bytes(0, maxSignInputBytes) },
  closed,
);

const Nothing = Type.Null();

export const methods = {
  listDevices: { params: Type.Object({}, closed), result: Type.Array(DeviceSchema, { maxItems: 64 }) },
  listIdentities: {
    params: Type.Object({ deviceId: DeviceIdText }, closed),
    result: Type.Array(IdentitySchema, { maxItems: 128 }),
  },
  pinStatus: { params: Type.Object({ deviceId: DeviceIdText }, closed), result: PinStatusSchema },
  openSession: {
    params: Type.Object({ deviceId: DeviceIdText, pin: Bytes(0, 256) }, closed),
    result: SessionIdText,
  },
  closeSession: { params: Type.Object({ session: SessionIdText }, closed), result: Nothing },
  sign: {
    params: Type.Object(
      {
        session: SessionIdText,
        identityId: Type.String({ minLength: 1, maxLength: 128 }),
        algorithm: AlgorithmSchema,
        input: InputSchema,
      },
      closed,
    ),
    result: Bytes(1, 4096),
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
