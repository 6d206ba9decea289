import { CodedError } from '@onelock/core/errors';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  checkManifest,
  type DriverManifest,
  DriverName,
  encodeCanonicalJson,
  type Json,
  maxManifestBytes,
  parseCanonicalJson,
  Sha256,
  VersionNumber,
  Words,
} from '../manifest/index.ts';

const closed = { additionalProperties: false } as const;
const maxCatalogueBytes = 6 * 1024 * 1024;

const Instant = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' });

/** What must not be used any more: a driver up to a version of its manifest, or one build of a library by its digest. */
const RecallSchema = Type.Union([
  Type.Object(
    {
      driver: DriverName,
      upToVersion: Type.Optional(VersionNumber),
      reason: Words,
      at: Instant,
    },
    closed,
  ),
  Type.Object({ librarySha256: Sha256, reason: Words, at: Instant }, closed),
]);

const CatalogueSchema = Type.Object(
  {
    kind: Type.Literal('onelock-driver-catalogue'),
    format: Type.Literal(1),
    version: VersionNumber,
    issuedAt: Instant,
    nextUpdate: Instant,
    drivers: Type.Array(Type.Unknown(), { maxItems: 500 }),
    recalls: Type.Array(RecallSchema, { maxItems: 1000 }),
  },
  closed,
);

export type DriverRecall = Static<typeof RecallSchema>;

/** All drivers that are known, and what was recalled, as of one version. */
export interface DriverCatalogue extends Omit<Static<typeof CatalogueSchema>, 'drivers'> {
  readonly drivers: readonly DriverManifest[];
}

const validator = Compile(CatalogueSchema);

/**
 * Reads the content of a signed catalogue.
 * @throws {CodedError} ERR_DRIVER_MANIFEST_MALFORMED { field, rule }
 */
export function parseCatalogue(content: Uint8Array): DriverCatalogue {
  return checkCatalogue(parseCanonicalJson(content, maxCatalogueBytes));
}

/** @throws {CodedError} ERR_DRIVER_MANIFEST_MALFORMED */
export function checkCatalogue(value: unknown): DriverCatalogue {
  if (!validator.Check(value)) {
    const first = validator.Errors(value)[0];
    throw malformed(first?.instancePath ?? '', first?.message ?? 'does not match the schema');
  }
  for (const field of ['issuedAt', 'nextUpdate'] as const)
    if (Number.isNaN(Date.parse(value[field]))) throw malformed(`/${field}`, 'a time');
  const ids = new Set<string>();
  const drivers = value.drivers.flatMap((driver, index) => {
    if (isOfLaterFormat(driver)) return [];
    if (encodeCanonicalJson(driver as Json).length > maxManifestBytes)
      throw malformed(`/drivers/${index}`, `at most ${maxManifestBytes} bytes`);
    const manifest = checkManifest(driver, `/drivers/${index}`);
    if (ids.has(manifest.id)) throw malformed(`/drivers/${index}/id`, 'each driver once');
    ids.add(manifest.id);
    return [manifest];
  });
  return { ...value, drivers };
}

/** For newer agents than this one: its other drivers must not suffer from it. */
function isOfLaterFormat(driver: unknown): boolean {
  if (typeof driver !== 'object' || driver === null || !('kind' in driver) || !('format' in driver)) return false;
  return driver.kind === 'onelock-driver' && typeof driver.format === 'number' && driver.format > 1;
}

function malformed(field: string, rule: string): CodedError {
  return new CodedError('ERR_DRIVER_MANIFEST_MALFORMED', { field: field || '/', rule });
}
