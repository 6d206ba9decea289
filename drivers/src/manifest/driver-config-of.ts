import { CodedError } from '@onelock/core/errors';
import { type DriverConfig, parseDriverConfig } from '../port/index.ts';
import { libraryFor, libraryPaths, type ThisSystem } from './library-place.ts';
import type { DriverManifest, ManifestLibrary } from './manifest-schema.ts';

/** Where a driver finds things on this computer. */
export interface DriverSurroundings {
  readonly system: ThisSystem;
  /** Drivers' own folders stand below it, each by the driver's id. */
  readonly driversFolder: string;
  /** Of the file tokens. */
  readonly tokenFolder: string;
  readonly exists: (file: string) => boolean;
}

interface Placed {
  readonly library: string;
  readonly stateFolder: string;
  readonly tokenFolder: string;
}

/**
 * What the host needs to run the driver of a manifest on this computer. Only the publisher's builds are ever loaded: their
 * digests go along.
 *
 * @throws {CodedError} ERR_DRIVER_SYSTEM_UNSUPPORTED, ERR_DRIVER_NOT_INSTALLED when no path has a file, ERR_CALL_UNSUPPORTED
 */
export function driverConfigOf(manifest: DriverManifest, surroundings: DriverSurroundings): DriverConfig {
  const { system, driversFolder, tokenFolder, exists } = surroundings;
  const stateFolder = `${driversFolder}/${manifest.id}`;
  if (manifest.libraries.length === 0) return configForLibrary(manifest, { library: '', stateFolder, tokenFolder });
  const place = libraryFor(manifest, system);
  const library = libraryPaths(place, system).find(exists);
  if (library === undefined)
    throw new CodedError('ERR_DRIVER_NOT_INSTALLED', {
      driver: manifest.id,
      detail: place.paths.join(' ').slice(0, 200),
    });
  return configForLibrary(manifest, { library, stateFolder, tokenFolder }, place);
}

/** @throws {CodedError} ERR_DRIVER_CONFIG_INVALID for settings that the family does not know */
export function configForLibrary(manifest: DriverManifest, placed: Placed, place?: ManifestLibrary): DriverConfig {
  const { id, family, vendor, quirks, mechanisms, environment, pin, seal, stateFolder, devices } = manifest;
  const common = { id, family, vendor: vendor.name };
  const settings = {
    ...(quirks && { quirks }),
    ...(mechanisms && { mechanisms }),
    ...(pin && { pin }),
    ...(seal && { seal }),
  };
  if (family === 'soft') return parseDriverConfig({ ...common, ...settings, folder: placed.tokenFolder });
  const { atrs } = devices;
  if (family === 'card') return parseDriverConfig({ ...common, ...settings, ...(atrs && { atrs }) });
  if (family === 'cloud') throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'cloud' });
  const digests = place?.builds.map(({ sha256, sm3 }) => ({ sha256, ...(sm3 && { sm3 }) }));
  return parseDriverConfig({
    ...common,
    library: placed.library,
    ...settings,
    ...(environment && { environment }),
    ...(stateFolder === true && { stateFolder: placed.stateFolder }),
    ...(digests && { digests }),
    ...(place?.loadByPath === true && { loadByPath: true }),
  });
}
