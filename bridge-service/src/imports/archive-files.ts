import { CodedError } from '@onelock/core/errors';
import { type ByteSource, gather } from './byte-source.ts';
import { malformed, readLimits, type UnpackBudget } from './limits.ts';
import type { ZipEntry } from './zip-directory.ts';
import { entryBytes } from './zip-entry.ts';

/** Where a table looks for the files that its cells name. */
export interface NamedFiles {
  /** @throws {CodedError} ERR_IMPORT_REFERENCE unless exactly one file is meant; those of reading a file of an archive */
  read(name: string): Promise<{ readonly name: string; readonly bytes: Buffer }>;
}

/** For a table that came alone: nothing stands beside it. */
export const noFiles: NamedFiles = {
  read: async (name) => {
    throw absent(name, 0);
  },
};

/** Tables by their names: only the order hangs on it, what a file is its content says. */
const isTableName = (name: string): boolean => /\.(xlsx|csv|tsv|txt)$/i.test(name);

/**
 * The files of an archive as the cells of its tables name them: `certs/张三.cer`, from the table's folder or from the top, or the bare name where
 * the archive has one such file. A name finds an entry and never leads to the disk.
 */
export class ArchiveFiles {
  readonly #source: ByteSource;
  readonly #entries: readonly ZipEntry[];
  readonly #place: string;
  readonly #budget: UnpackBudget;
  readonly #byPath = new Map<string, ZipEntry[]>();
  readonly #byName = new Map<string, ZipEntry[]>();
  readonly #used = new Set<ZipEntry>();

  constructor(source: ByteSource, entries: readonly ZipEntry[], place: string, budget: UnpackBudget) {
    this.#source = source;
    this.#place = place;
    this.#budget = budget;
    // Tables first: what they name is theirs, and is not read a second time by itself.
    this.#entries = [
      ...entries.filter(({ name }) => isTableName(name)),
      ...entries.filter(({ name }) => !isTableName(name)),
    ];
    for (const entry of entries) {
      if (entry.name.endsWith('/')) continue;
      const path = comparablePath(entry.name);
      put(this.#byPath, path, entry);
      put(this.#byName, path.slice(path.lastIndexOf('/') + 1), entry);
    }
  }

  /** What no table has named so far, tables first. */
  *remaining(): Generator<ZipEntry> {
    for (const entry of this.#entries) if (!this.#used.has(entry)) yield entry;
  }

  /** As a table of this name sees them. */
  beside(table: string): NamedFiles {
    const folder = comparablePath(table).split('/').slice(0, -1).join('/');
    return {
      read: async (name) => {
        const entry = this.#find(name, folder);
        this.#used.add(entry);
        const place = `${this.#place}/${entry.name}`;
        const most = readLimits.referencedFileBytes;
        if (entry.size > most) throw malformed(`more than ${most} bytes`, place);
        const bytes = await gather(entryBytes(this.#source, entry, this.#budget, place), most);
        if (bytes === null) throw malformed(`more than ${most} bytes`, place);
        return { name: entry.name, bytes };
      },
    };
  }

  #find(name: string, folder: string): ZipEntry {
    const path = comparablePath(name);
    const found =
      this.#byPath.get(folder === '' ? path : `${folder}/${path}`) ??
      this.#byPath.get(path) ??
      (path.includes('/') ? undefined : this.#byName.get(path)) ??
      [];
    const [entry, ...others] = found;
    if (entry === undefined || others.length > 0) throw absent(name, found.length);
    return entry;
  }
}

function put(map: Map<string, ZipEntry[]>, key: string, entry: ZipEntry): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [entry]);
  else known.push(entry);
}

/** Windows does not tell capitals apart, macOS writes letters in parts, and people begin with `./`. */
function comparablePath(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('\\', '/')
    .replace(/^(?:\.?\/)+/, '')
    .trim();
}

const absent = (file: string, found: number): CodedError =>
  new CodedError('ERR_IMPORT_REFERENCE', { file: file.slice(0, 120), found });
