import Type, { type Static } from 'typebox';
import { PinPolicySchema, SealPlaceSchema, tokenCapabilities } from '../port/index.ts';

/** The shape of a driver manifest: everything that is known of one vendor's driver, as data. */

const closed = { additionalProperties: false } as const;

/** Text for people: no control characters, nothing that turns the direction of writing. */
export const PlainText = (maxLength: number) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]+$',
  });

export const DriverName = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 64 });
export const VersionNumber = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const Words = Type.Object({ 'zh-CN': PlainText(200), en: PlainText(200) }, closed);

export const driverSystems = ['linux', 'windows', 'macos'] as const;
export const driverArchitectures = ['x64', 'arm64', 'ia32', 'loong64', 'mips64el', 'riscv64'] as const;
export type DriverSystem = (typeof driverSystems)[number];
export type DriverArchitecture = (typeof driverArchitectures)[number];

const LibraryBuild = Type.Object(
  {
    version: PlainText(32),
    sha256: Sha256,
    sm3: Type.Optional(Sha256),
  },
  closed,
);

const LibraryPlace = Type.Object(
  {
    system: Type.Enum(driverSystems),
    architecture: Type.Enum(driverArchitectures),
    paths: Type.Array(Type.String({ minLength: 2, maxLength: 512 }), {
      minItems: 1,
      maxItems: 16,
      description:
        'Where the library may stand, first found first; on Windows also from %SystemRoot% or %ProgramFiles%',
    }),
    builds: Type.Array(LibraryBuild, { minItems: 1, maxItems: 64, description: 'Every build that may be loaded' }),
    loadByPath: Type.Optional(Type.Boolean()),
  },
  closed,
);

const UsbIds = Type.Object(
  {
    vendorId: Type.String({ pattern: '^[0-9a-f]{4}$' }),
    productId: Type.Optional(Type.String({ pattern: '^[0-9a-f]{4}$' })),
  },
  closed,
);

const AtrMask = Type.Object(
  {
    atr: Type.String({ pattern: '^([0-9a-f]{2}){2,33}$' }),
    mask: Type.Optional(Type.String({ pattern: '^([0-9a-f]{2}){2,33}$', description: 'Default: every bit counts' })),
  },
  closed,
);

const Devices = Type.Object(
  {
    usb: Type.Optional(Type.Array(UsbIds, { maxItems: 64 })),
    atrs: Type.Optional(Type.Array(AtrMask, { maxItems: 64 })),
    names: Type.Optional(
      Type.Array(PlainText(64), { maxItems: 32, description: 'Names of readers or devices; * stands for anything' }),
    ),
  },
  closed,
);

/** Checked further by the configuration schema of the family, which knows what each means. */
const Settings = Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{0,63}$' }), Type.Unknown(), {
  maxProperties: 64,
});

export const driverFamilies = ['skf', 'pkcs11', 'card', 'soft', 'cloud'] as const;

export const ManifestSchema = Type.Object(
  {
    kind: Type.Literal('onelock-driver', {
      description: 'What the signed bytes are; nothing else is taken for a manifest',
    }),
    format: Type.Literal(1),
    id: DriverName,
    version: VersionNumber,
    name: Words,
    vendor: Type.Object({ name: PlainText(64), contact: Type.Optional(PlainText(200)) }, closed),
    family: Type.Enum(driverFamilies),
    libraries: Type.Array(LibraryPlace, { maxItems: 32 }),
    devices: Devices,
    capabilities: Type.Optional(Type.Array(Type.Enum(tokenCapabilities), { maxItems: 32, uniqueItems: true })),
    mechanisms: Type.Optional(Settings),
    quirks: Type.Optional(Settings),
    environment: Type.Optional(
      Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 4096 }), { maxProperties: 32 }),
    ),
    stateFolder: Type.Optional(
      Type.Boolean({ description: 'The library keeps files of its own, in a folder that we give it' }),
    ),
    pin: Type.Optional(PinPolicySchema),
    seal: Type.Optional(SealPlaceSchema),
  },
  closed,
);

export type DriverManifest = Static<typeof ManifestSchema>;
export type ManifestLibrary = Static<typeof LibraryPlace>;
