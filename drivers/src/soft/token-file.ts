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
const SealedFileSchema = Type.Object(
  { nonce: Base64, ciphertext: Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$', maxLength: 524_288 }), tag: Base64 },
  closed,
);

const algorithm = Type.Union([Type.Literal('rsa'), Type.Literal('sm2'), Type.Literal('ec')]);
/** PKCS#8 under the data key. */
const key = SealedSchema;

const CertifiedKeySchema = Type.Object({ algorithm, certificate: Base64, key }, closed);
/** A key that waits for its certificate: SubjectPublicKeyInfo in its place. */
const UncertifiedKeySchema = Type.Object({ algorithm, publicKey: Base64, key }, closed);
const KeySchema = Type.Union([CertifiedKeySchema, UncertifiedKeySchema]);

/** What opens the data key, and how often it may be tried. */
const pinFields = {
  retriesMax: Type.Integer({ minimum: 1, maximum: 15 }),
  retriesLeft: Type.Integer({ minimum: 0, maximum: 15 }),
} as const;

/** scrypt (RFC 7914) of a PIN; bounded so that a hostile file cannot ask for the machine's memory. */
const KdfSchema = Type.Object(
  {
    name: Type.Literal('scrypt'),
    cost: Type.Union([Type.Literal(16384), Type.Literal(32768), Type.Literal(65536)]),
    blockSize: Type.Literal(8),
    parallelization: Type.Literal(1),
    salt: Base64,
  },
  closed,
);

const FileSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }),
    content: Type.Union([
      Type.Object({ open: Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$', maxLength: 524_288 }) }, closed),
      Type.Object({ size: Type.Integer({ minimum: 0, maximum: 393_216 }), sealed: SealedFileSchema }, closed),
    ]),
  },
  closed,
);

const IdentitySchema = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    label: Type.String({ maxLength: 128 }),
    signing: KeySchema,
    encryption: Type.Optional(KeySchema),
    /** Encryption keys that were renewed, newest first. */
    earlierEncryption: Type.Optional(Type.Array(CertifiedKeySchema, { maxItems: 16 })),
  },
  closed,
);

const TokenFileSchema = Type.Object(
  {
    format: Type.Literal('onelock-soft-token/1'),
    serialNumber: Type.String({ pattern: '^[A-Za-z0-9-]{1,32}$' }),
    label: Type.String({ minLength: 1, maxLength: 64 }),
    pin: Type.Object({ ...pinFields, isDefault: Type.Boolean() }, closed),
    kdf: KdfSchema,
    /** 32 random bytes that encrypt the keys, under the key derived from the PIN. */
    dataKey: SealedSchema,
    /** The administrator's PIN opens the same data key. */
    administrator: Type.Optional(Type.Object({ ...pinFields, kdf: KdfSchema, dataKey: SealedSchema }, closed)),
    /** The data key under a key that the CA alone has. */
    recovery: Type.Optional(Type.Object({ dataKey: SealedSchema }, closed)),
    identities: Type.Array(IdentitySchema, { maxItems: 32 }),
    files: Type.Optional(Type.Array(FileSchema, { maxItems: 16 })),
    testSignDelayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
  },
  closed,
);

export type SoftTokenFile = Static<typeof TokenFileSchema>;
export type SoftIdentity = Static<typeof IdentitySchema>;
export type SoftKey = Static<typeof KeySchema>;
export type CertifiedSoftKey = Static<typeof CertifiedKeySchema>;
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
  if (!validator.Check(value) || !isCounted(value.pin) || (value.administrator && !isCounted(value.administrator)))
    throw new CodedError('ERR_TOKEN_DATA_CORRUPT');
  return value;
}

function isCounted({
  retriesLeft,
  retriesMax,
}: {
  readonly retriesLeft: number;
  readonly retriesMax: number;
}): boolean {
  return retriesLeft <= retriesMax;
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
