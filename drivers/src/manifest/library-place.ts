import { CodedError } from '@onelock/core/errors';
import type { DriverArchitecture, DriverManifest, DriverSystem, ManifestLibrary } from './manifest-schema.ts';

/** The computer that a manifest is read for; a value, so that any can be asked about on any other. */
export interface ThisSystem {
  readonly system: DriverSystem;
  readonly architecture: DriverArchitecture;
  /** Windows' folders by the names that manifests use. */
  readonly folders: Readonly<Record<string, string | undefined>>;
}

const systems: Readonly<Record<string, DriverSystem>> = { linux: 'linux', win32: 'windows', darwin: 'macos' };
const architectures: Readonly<Record<string, DriverArchitecture>> = {
  x64: 'x64',
  arm64: 'arm64',
  ia32: 'ia32',
  loong64: 'loong64',
  riscv64: 'riscv64',
};

/** The names before the first backslash of a Windows path. */
export const windowsFolders = ['SystemRoot', 'ProgramFiles', 'ProgramFiles(x86)', 'ProgramData'] as const;

/** @returns null on a system that no driver is made for */
export function thisSystem(environment: Readonly<Record<string, string | undefined>>): ThisSystem | null {
  const system = systems[process.platform];
  const architecture = architectures[process.arch];
  if (system === undefined || architecture === undefined) return null;
  const folders =
    system === 'windows' ? Object.fromEntries(windowsFolders.map((name) => [name, environment[name]])) : {};
  return { system, architecture, folders };
}

/**
 * What a manifest says about the library on one system.
 * @throws {CodedError} ERR_DRIVER_SYSTEM_UNSUPPORTED
 */
export function libraryFor(manifest: DriverManifest, { system, architecture }: ThisSystem): ManifestLibrary {
  const place = manifest.libraries.find((each) => each.system === system && each.architecture === architecture);
  if (place !== undefined) return place;
  throw new CodedError('ERR_DRIVER_SYSTEM_UNSUPPORTED', {
    driver: manifest.id,
    system: `${system}-${architecture}`,
  });
}

/** The absolute paths of a place on this computer, in the order of the manifest. */
export function libraryPaths(place: ManifestLibrary, { folders }: ThisSystem): readonly string[] {
  return place.paths.flatMap((path) => {
    const [, name, rest] = /^%([^%]+)%(.*)$/.exec(path) ?? [];
    if (name === undefined || rest === undefined) return [path];
    const folder = folders[name];
    return folder === undefined ? [] : [`${folder.replace(/[\\/]+$/, '')}${rest}`];
  });
}

/** Whether a path of a manifest names one file and cannot lead anywhere else. @returns the rule it breaks, or null */
export function brokenPathRule(path: string, system: DriverSystem): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'no control characters';
  if (system === 'windows') {
    const rest = windowsRest(path);
    if (rest === null) return 'X:\\… or a known %folder%\\…';
    return hasOddSegment(rest.split('\\')) || /[/:*?"<>|%]/.test(rest) ? 'no . or .. or empty part' : null;
  }
  if (!path.startsWith('/')) return 'absolute';
  return hasOddSegment(path.slice(1).split('/')) ? 'no . or .. or empty part' : null;
}

function windowsRest(path: string): string | null {
  const drive = /^[A-Za-z]:\\(.+)$/.exec(path);
  if (drive !== null) return drive[1] ?? null;
  const [, name, rest] = /^%([^%]+)%\\(.+)$/.exec(path) ?? [];
  return name !== undefined && (windowsFolders as readonly string[]).includes(name) ? (rest ?? null) : null;
}

/** Windows also drops dots and blanks at the end of a part. */
function hasOddSegment(segments: readonly string[]): boolean {
  return segments.some((segment) => segment === '' || segment === '.' || segment === '..' || /[. ]$/.test(segment));
}
