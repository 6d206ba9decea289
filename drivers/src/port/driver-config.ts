import { CodedError } from '@onelock/core/errors';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { CardAtrsSchema, CardQuirksSchema } from './card-config.ts';
import { hostUserNumber, hostUserNumbers, hostUsers } from './host-slots.ts';
import { PinPolicySchema } from './pin-policy.ts';
import { Pkcs11MechanismsSchema, Pkcs11QuirksSchema } from './pkcs11-settings.ts';
import { SealPlaceSchema } from './seal-place.ts';
import { skfVendorChoices } from './skf-quirks.ts';

const closed = { additionalProperties: false } as const;

const DriverId = Type.String({
  pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
  maxLength: 64,
  description: 'Names the installed driver, e.g. `soft`, `softhsm2`',
});

const AbsolutePath = Type.String({ pattern: '^(/|[A-Za-z]:[\\\\/])', maxLength: 4096 });

/**
 * Names that speak to the loader, the C library, Node or its OpenSSL are none of a vendor's: they act on every program that
 * starts the host, while it still is root.
 */
const LibraryVariable = '^(?!(?:NODE|LD|DYLD|OPENSSL|SSL|GCONV|GLIBC|MALLOC)_|(?:PATH|LOCPATH)$)[A-Z][A-Z0-9_]*$';

const HostUser = Type.Union(
  [
    Type.Object(
      {
        uid: Type.Integer({ minimum: 1, maximum: 4294967294 }),
        gid: Type.Integer({ minimum: 1, maximum: 4294967294 }),
      },
      closed,
    ),
    Type.Literal('same-as-parent'),
  ],
  {
    description: `Who the host process is when its parent is root; otherwise ignored. Default: a uid and gid of its own, ${hostUsers.first} to ${hostUsers.last}, by the driver's id`,
  },
);

/** What a vendor says of its keys, whatever the family. */
const VendorsWord = {
  pin: Type.Optional(PinPolicySchema),
  seal: Type.Optional(SealPlaceSchema),
} as const;

const SoftDriverConfigSchema = Type.Object(
  {
    id: DriverId,
    family: Type.Literal('soft'),
    vendor: Type.Optional(Type.String({ maxLength: 64 })),
    folder: Type.String({
      ...AbsolutePath,
      description: 'Watched folder with one file per token; handed over to the host user at start',
    }),
    ...VendorsWord,
    user: Type.Optional(HostUser),
  },
  closed,
);

/** What a vendor's library finds around it. */
const LibraryEnvironment = {
  environment: Type.Optional(
    Type.Record(Type.String({ pattern: LibraryVariable }), Type.String({ maxLength: 4096 }), {
      additionalProperties: false,
      description: 'Variables that the library reads, e.g. SOFTHSM2_CONF; nothing else of the parent is inherited',
    }),
  ),
  network: Type.Optional(
    Type.Enum(['none', 'allowed'], {
      description:
        'Whether the library may reach the network, as one of a remote security module must. Default none; sockets with a path stay reachable',
    }),
  ),
  stateFolder: Type.Optional(
    Type.String({
      ...AbsolutePath,
      description:
        "The library's own files; handed over to the host user at start and the host's current directory, so that relative paths in `environment` are relative to it",
    }),
  ),
} as const;

const LibraryDigest = Type.Object(
  {
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    sm3: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  closed,
);

/** What the vendor's library must be, byte for byte. */
const LibraryProof = {
  digests: Type.Optional(
    Type.Array(LibraryDigest, {
      minItems: 1,
      maxItems: 64,
      description:
        'Digests of the library builds that its publisher signed for; the host loads no other. Absent: whatever stands there, as the one who wrote this configuration wants it',
    }),
  ),
  loadByPath: Type.Optional(
    Type.Boolean({
      description:
        'The library finds its own parts by the path it was loaded from, so that it is loaded by that path and not by the file that was checked. Default false',
    }),
  ),
} as const;

const Pkcs11DriverConfigSchema = Type.Object(
  {
    id: DriverId,
    family: Type.Literal('pkcs11'),
    vendor: Type.Optional(Type.String({ maxLength: 64 })),
    library: Type.String({ ...AbsolutePath, description: "The vendor's PKCS#11 library" }),
    ...LibraryProof,
    mechanisms: Type.Optional(Pkcs11MechanismsSchema),
    quirks: Type.Optional(Pkcs11QuirksSchema),
    ...LibraryEnvironment,
    ...VendorsWord,
    user: Type.Optional(HostUser),
  },
  closed,
);

/** How one vendor's SKF library differs from the standard, or decides what the standard leaves open. */
const SkfQuirksSchema = Type.Object(
  {
    packing: Type.Optional(
      Type.Enum(['pack1', 'natural'], {
        description: 'Packing of structures. Default: pack1 on Windows, natural elsewhere',
      }),
    ),
    ulongBytes: Type.Optional(Type.Enum([4, 8], { description: 'Bytes of ULONG. Default 4, as the standard says' })),
    rsaSignInput: Type.Optional(
      Type.Enum(['digest-info', 'digest'], { description: 'What SKF_RSASignData takes. Default digest-info' }),
    ),
    signatureAlignment: Type.Optional(
      Type.Enum(['auto', 'right', 'left'], {
        description: 'Where r and s stand in their 64 bytes. Default: whichever half is not empty',
      }),
    ),
    events: Type.Optional(
      Type.Enum(['native', 'polling'], {
        description: 'Whether SKF_WaitForDevEvent is used besides looking. Default polling',
      }),
    ),
    lock: Type.Optional(
      Type.Enum(['around-calls', 'none'], { description: 'SKF_LockDev around each signature. Default around-calls' }),
    ),
    applications: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        maxItems: 16,
        description: 'The only applications to show; a key may have others that hold no certificates',
      }),
    ),
    pinLength: Type.Optional(
      Type.Object(
        { min: Type.Integer({ minimum: 1, maximum: 64 }), max: Type.Integer({ minimum: 1, maximum: 64 }) },
        { ...closed, description: 'Bytes of a user PIN. Default 6 to 16' },
      ),
    ),
    ...skfVendorChoices,
  },
  closed,
);

const SkfDriverConfigSchema = Type.Object(
  {
    id: DriverId,
    family: Type.Literal('skf'),
    vendor: Type.Optional(Type.String({ maxLength: 64 })),
    library: Type.String({ ...AbsolutePath, description: "The vendor's SKF library (GM/T 0016)" }),
    ...LibraryProof,
    quirks: Type.Optional(SkfQuirksSchema),
    ...LibraryEnvironment,
    ...VendorsWord,
    user: Type.Optional(HostUser),
  },
  closed,
);

/** Cards that we speak to ourselves; no vendor's library is in it. */
const CardDriverConfigSchema = Type.Object(
  {
    id: DriverId,
    family: Type.Literal('card'),
    vendor: Type.Optional(Type.String({ maxLength: 64 })),
    library: Type.Optional(
      Type.String({ ...AbsolutePath, description: "The system's PC/SC library, where it is not found by its name" }),
    ),
    atrs: Type.Optional(CardAtrsSchema),
    quirks: Type.Optional(CardQuirksSchema),
    ...LibraryEnvironment,
    ...VendorsWord,
    user: Type.Optional(HostUser),
  },
  closed,
);

/** What the host needs to run one driver: data, never code. */
export const DriverConfigSchema = Type.Union([
  SoftDriverConfigSchema,
  Pkcs11DriverConfigSchema,
  SkfDriverConfigSchema,
  CardDriverConfigSchema,
]);

export type SoftDriverConfig = Static<typeof SoftDriverConfigSchema>;
export type Pkcs11DriverConfig = Static<typeof Pkcs11DriverConfigSchema>;
export type SkfDriverConfig = Static<typeof SkfDriverConfigSchema>;
export type CardDriverConfig = Static<typeof CardDriverConfigSchema>;
export type SkfQuirks = Static<typeof SkfQuirksSchema>;
export type DriverConfig = Static<typeof DriverConfigSchema>;

const byFamily = {
  soft: Compile(SoftDriverConfigSchema),
  pkcs11: Compile(Pkcs11DriverConfigSchema),
  skf: Compile(SkfDriverConfigSchema),
  card: Compile(CardDriverConfigSchema),
} as const;

/**
 * Checks one driver's configuration, e.g. an element of the JSON list in ONELOCK_AGENT_DRIVERS.
 * @throws {CodedError} ERR_DRIVER_CONFIG_INVALID { field, rule }: `field` is a JSON pointer
 */
export function parseDriverConfig(value: unknown): DriverConfig {
  const family = typeof value === 'object' && value !== null && 'family' in value ? value.family : undefined;
  if (family !== 'soft' && family !== 'pkcs11' && family !== 'skf' && family !== 'card')
    throw new CodedError('ERR_DRIVER_CONFIG_INVALID', { field: '/family', rule: 'must be soft, pkcs11, skf or card' });
  const validator = byFamily[family];
  if (validator.Check(value)) {
    const broken = brokenRule(value);
    if (broken !== null) throw new CodedError('ERR_DRIVER_CONFIG_INVALID', broken);
    return value;
  }
  const first = validator.Errors(value)[0];
  throw new CodedError('ERR_DRIVER_CONFIG_INVALID', {
    field: first?.instancePath ?? '',
    rule: first?.message ?? 'does not match the schema',
  });
}

/** What a schema cannot say. */
function brokenRule({ family, pin, seal }: DriverConfig): { readonly field: string; readonly rule: string } | null {
  if (pin !== undefined && pin.minLength > pin.maxLength) return { field: '/pin', rule: 'minLength ≤ maxLength' };
  const wanted = family === 'pkcs11' ? 'data-object' : 'file';
  if ((seal?.place === 'file' || seal?.place === 'data-object') && seal.place !== wanted)
    return { field: '/seal/place', rule: `${wanted} in the family ${family}` };
  return null;
}

/**
 * Checks a list of configurations; ids must differ. Gives `user` to a driver that by its id alone would share one with another.
 * @throws {CodedError} ERR_DRIVER_CONFIG_INVALID
 */
export function parseDriverConfigs(value: unknown): readonly DriverConfig[] {
  if (!Array.isArray(value)) throw new CodedError('ERR_DRIVER_CONFIG_INVALID', { field: '', rule: 'must be a list' });
  const configs = value.map(parseDriverConfig);
  const ids = new Set<string>();
  for (const { id } of configs) {
    if (ids.has(id)) throw new CodedError('ERR_DRIVER_CONFIG_INVALID', { field: '/id', rule: `${id} is named twice` });
    ids.add(id);
  }
  return withUsersOfTheirOwn(configs);
}

function withUsersOfTheirOwn(configs: readonly DriverConfig[]): readonly DriverConfig[] {
  const named = configs.flatMap(({ user }) => (typeof user === 'object' ? [user.uid] : []));
  const unnamed = configs.filter(({ user }) => user === undefined).map(({ id }) => id);
  const numbers = hostUserNumbers(unnamed, named);
  return configs.map((config) => {
    const number = numbers.get(config.id);
    return number === undefined || number === hostUserNumber(config.id)
      ? config
      : { ...config, user: { uid: number, gid: number } };
  });
}
