import { fromBase64, toBase64, utf8Encode } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

/** What the driver looks for in its folder. */
export const tokenFileExtension = '.softtoken';

/** Larger files are not tokens. */
export const maxTokenFileBytes = 1024 * 1024;

export const softPinLength = { min: 6, max: 32 } as const;

const closed = { additionalProperties: false } as const;
const Base64 = Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$', maxLength: 65_536 });

/** AES-256-GCM: 12-byte nonce, 16-byte tag. */
const SealedSchema = Type.Object({ nonce: Base64, ciphertext: Base64, tag: Base64 }, closed);

const KeySchema = Type.Object(
  {
    algorithm: Type.Union([Type.Literal('rsa'), Type.Literal('sm2'), Type.Literal('ec')]),
    certificate: Base64,
    /** PKCS#8 under the data key. */
    key: SealedSchema,
  },
  closed,
);

const IdentitySchema = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    label: Type.String({ maxLength: 128 }),
    signing: KeySchema,
    encryption: Type.Optional(KeySchema),
  },
  closed,
);

const TokenFileSchema = Type.Object(
  {
    format: Type.Literal('onelock-soft-token/1'),
    serialNumber: Type.String({ pattern: '^[A-Za-z0-9-]{1,32}$' }),
    label: Type.String({ minLength: 1, maxLength: 64 }),
    pin: Type.Object(
      {
        retriesMax: Type.Integer({ minimum: 1, maximum: 15 }),
        retriesLeft: Type.Integer({ minimum: 0, maximum: 15 }),
        isDefault: Type.Boolean(),
      },
      closed,
    ),
    /** scrypt (RFC 7914) of the PIN; bounded so that a hostile file cannot ask for the machine's memory. */
    kdf: Type.Object(
      {
        name: Type.Literal('scrypt'),
        cost: Type.Union([Type.Literal(16384), Type.Literal(32768), Type.Literal(65536)]),
        blockSize: Type.Literal(8),
        parallelization: Type.Literal(1),
        salt: Base64,
      },
      closed,
    ),
    /** 32 random bytes that encrypt the keys, under the key derived from the PIN. */
    dataKey: SealedSchema,
    identities: Type.Array(IdentitySchema, { maxItems: 32 }),
    testSignDelayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
  },
  closed,
);

export type SoftTokenFile = Static<typeof TokenFileSchema>;
export type SoftIdentity = Static<typeof IdentitySchema>;
export type SoftKey = Static<typeof KeySchema>;
export type Sealed = Static<typeof SealedSchema>;

const validator = Compile(TokenFileSchema);

/**
 * Reads a token file's text.
 * @throws {CodedError} ERR_TOKEN_DATA_CORRUPT
 */
export function parseTokenFile(text: string): SoftTokenFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CodedError('ERR_TOKEN_DATA_CORRUPT', {}, { cause });
  }
  if (!validator.Check(value) || value.pin.retriesLeft > value.pin.retriesMax)
    throw new CodedError('ERR_TOKEN_DATA_CORRUPT');
  return value;
}

export function encodeTokenFile(token: SoftTokenFile): Uint8Array {
  return utf8Encode(`${JSON.stringify(token, null, 2)}\n`);
}

export const encodeField: (bytes: Uint8Array) => string = toBase64;

/** @throws {CodedError} ERR_TOKEN_DATA_CORRUPT */
export function decodeField(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw new CodedError('ERR_TOKEN_DATA_CORRUPT', {}, { cause });
  }
}
