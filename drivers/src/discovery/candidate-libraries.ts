import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** A library that exports what SKF or PKCS#11 ask for. Nothing of it was run. */
export interface CandidateLibrary {
  readonly file: string;
  readonly family: 'skf' | 'pkcs11';
  readonly bytes: number;
  readonly sha256: string;
  readonly sm3: string;
}

export interface LibrarySearch {
  readonly folders: readonly string[];
  /** Folders below folders. */
  readonly depth: number;
  /** Milliseconds after which the search stops with what it has. */
  readonly patienceMs: number;
}

const ending = /\.(so(\.[0-9.]+)?|dll|dylib)$/i;
const likelyName = /skf|p11|pkcs|ukey|usbkey|token|gmt|0016|csp|hsm|epass|key|card|eps|ca/i;
const minBytes = 4 * 1024;
const maxBytes = 64 * 1024 * 1024;
const maxEntries = 50_000;
/** Names as they stand in a symbol table: between zero bytes. */
const marks = [
  ['skf', Buffer.from('\0SKF_EnumDev\0')],
  ['pkcs11', Buffer.from('\0C_GetFunctionList\0')],
] as const;

/** Where vendors' installers are known to put libraries. */
export function usualPlaces(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): LibrarySearch {
  if (platform === 'win32') {
    const { SystemRoot = 'C:\\Windows', ProgramFiles = 'C:\\Program Files' } = environment;
    const x86 = environment['ProgramFiles(x86)'] ?? 'C:\\Program Files (x86)';
    return {
      folders: [`${SystemRoot}\\System32`, `${SystemRoot}\\SysWOW64`, ProgramFiles, x86],
      depth: 3,
      patienceMs: 20_000,
    };
  }
  if (platform === 'darwin')
    return { folders: ['/usr/local/lib', '/Library', '/Applications', '/opt'], depth: 5, patienceMs: 20_000 };
  const folders = [
    '/usr/lib',
    '/usr/lib64',
    '/usr/local/lib',
    '/usr/local/lib64',
    '/lib',
    '/opt',
    '/usr/share',
    '/etc',
  ];
  return { folders, depth: 5, patienceMs: 15_000 };
}

/** Looks for libraries by name and by the functions they export; every file once, whatever links lead to it. */
export function findCandidateLibraries(search: LibrarySearch): readonly CandidateLibrary[] {
  const until = performance.now() + search.patienceMs;
  const found = new Map<string, CandidateLibrary>();
  const budget = { entries: maxEntries };
  const seen = new Set<string>();
  const walk = (folder: string, depth: number): void => {
    for (const entry of entriesOf(folder)) {
      if (budget.entries-- <= 0 || performance.now() > until) return;
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (depth > 0) walk(file, depth - 1);
      } else if (ending.test(entry.name) && likelyName.test(entry.name)) {
        const real = realOf(file);
        if (real === null || seen.has(real)) continue;
        seen.add(real);
        const candidate = examine(real);
        if (candidate !== null) found.set(real, candidate);
      }
    }
  };
  for (const folder of search.folders) walk(folder, search.depth);
  return [...found.values()].sort((left, right) => (left.file < right.file ? -1 : 1));
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}

function realOf(file: string): string | null {
  try {
    return realpathSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

function examine(file: string): CandidateLibrary | null {
  const bytes = readLibrary(file);
  const family = bytes && marks.find(([, mark]) => bytes.includes(mark))?.[0];
  if (bytes === null || family === undefined || family === null) return null;
  const digest = (name: string): string => createHash(name).update(bytes).digest('hex');
  return { file, family, bytes: bytes.length, sha256: digest('sha256'), sm3: digest('sm3') };
}

function readLibrary(file: string): Buffer | null {
  try {
    // Something of that name that waits for a writer must not make us wait too.
    const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = fstatSync(descriptor);
      return stats.isFile() && stats.size >= minBytes && stats.size <= maxBytes ? readFileSync(descriptor) : null;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
