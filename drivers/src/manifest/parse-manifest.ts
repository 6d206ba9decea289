import { CodedError, isCodedError } from '@onelock/core/errors';
import { Compile } from 'typebox/compile';
import { parseCanonicalJson } from './canonical-json.ts';
import { configForLibrary } from './driver-config-of.ts';
import { brokenPathRule } from './library-place.ts';
import { type DriverManifest, ManifestSchema } from './manifest-schema.ts';

/** A manifest of a vendor with every build of ten years is a tenth of this. */
export const maxManifestBytes = 128 * 1024;

const validator = Compile(ManifestSchema);

/**
 * Reads the content of a signed manifest.
 * @throws {CodedError} ERR_DRIVER_MANIFEST_MALFORMED { field, rule }: `field` is a JSON pointer
 */
export function parseManifest(content: Uint8Array): DriverManifest {
  return checkManifest(parseCanonicalJson(content, maxManifestBytes));
}

/**
 * Checks a value against the schema and against what a schema cannot say.
 *
 * @param pointer  where the value stands in what was read
 * @throws {CodedError} ERR_DRIVER_MANIFEST_MALFORMED
 */
export function checkManifest(value: unknown, pointer = ''): DriverManifest {
  if (!validator.Check(value)) {
    const first = validator.Errors(value)[0];
    throw malformed(`${pointer}${first?.instancePath ?? ''}`, first?.message ?? 'does not match the schema');
  }
  checkLibraries(value, pointer);
  checkDevices(value, pointer);
  checkSettings(value, pointer);
  return value;
}

function checkLibraries({ family, libraries }: DriverManifest, pointer: string): void {
  const hasLibrary = family === 'skf' || family === 'pkcs11';
  if (hasLibrary !== libraries.length > 0)
    throw malformed(`${pointer}/libraries`, hasLibrary ? 'at least one' : `none in the family ${family}`);
  const seen = new Set<string>();
  for (const [index, { system, architecture, paths }] of libraries.entries()) {
    if (seen.has(`${system} ${architecture}`)) throw malformed(`${pointer}/libraries/${index}`, 'each system once');
    seen.add(`${system} ${architecture}`);
    for (const [at, path] of paths.entries()) {
      const broken = brokenPathRule(path, system);
      if (broken !== null) throw malformed(`${pointer}/libraries/${index}/paths/${at}`, broken);
    }
  }
}

function checkDevices({ devices }: DriverManifest, pointer: string): void {
  for (const [index, { atr, mask }] of (devices.atrs ?? []).entries())
    if (mask !== undefined && mask.length !== atr.length)
      throw malformed(`${pointer}/devices/atrs/${index}/mask`, 'as long as atr');
}

/** The family's own configuration schema says which quirks and mechanisms there are. */
function checkSettings(manifest: DriverManifest, pointer: string): void {
  // Nothing of this family runs here yet; its manifests are known all the same.
  if (manifest.family === 'cloud') return;
  try {
    configForLibrary(manifest, { library: '/any/library.so', stateFolder: '/any/folder', tokenFolder: '/any/folder' });
  } catch (error) {
    if (!isCodedError(error) || error.code !== 'ERR_DRIVER_CONFIG_INVALID') throw error;
    throw malformed(`${pointer}${String(error.params.field)}`, String(error.params.rule));
  }
}

function malformed(field: string, rule: string): CodedError {
  return new CodedError('ERR_DRIVER_MANIFEST_MALFORMED', { field: field || '/', rule });
}
