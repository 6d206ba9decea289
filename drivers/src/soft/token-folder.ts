import { type FSWatcher, readdirSync, watch } from 'node:fs';
import path from 'node:path';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type SoftTokenFile, tokenFileExtension } from './token-file.ts';
import { currentStay, type FileStay, type LoadedToken, loadToken } from './token-store.ts';

/** One token while it stays in the folder. A token that comes back is another `PresentToken`. */
export interface PresentToken {
  /** The file's name without its extension; the device's id. */
  readonly name: string;
  readonly file: string;
  readonly insertion: number;
  /** Aborts when the file is gone or was replaced by someone else. */
  readonly removed: AbortSignal;
}

interface Entry extends PresentToken {
  readonly abort: AbortController;
  stay: FileStay;
  /** As of `stay`, once somebody asked. */
  contents: LoadedToken | null;
}

const settleMs = 40;
const lookMs = 1000;

/**
 * Watches a folder of token files: a file that appears is inserted, one that vanishes is removed. Looks when the system
 * tells of a change, every second in case it does not, and whenever asked.
 */
export class TokenFolder {
  readonly #folder: string;
  readonly #onChange: () => void;
  readonly #present = new Map<string, Entry>();
  readonly #insertions = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #watcher: FSWatcher | null;
  #settling: NodeJS.Timeout | null = null;

  constructor(folder: string, onChange: () => void) {
    this.#folder = folder;
    this.#onChange = onChange;
    this.#look();
    this.#watcher = this.#watch();
    this.#timer = setInterval(() => this.tokens(), lookMs);
    this.#timer.unref();
  }

  /** The tokens present now. */
  tokens(): readonly PresentToken[] {
    if (this.#look()) this.#onChange();
    return [...this.#present.values()];
  }

  /** The token of that name if it is present now. */
  find(name: string): PresentToken | undefined {
    return this.tokens().find((token) => token.name === name);
  }

  /** Whether that very stay still lasts. */
  isPresent(token: PresentToken): boolean {
    this.tokens();
    return !token.removed.aborted;
  }

  /** What a present token holds. @throws {CodedError} ERR_TOKEN_REMOVED, ERR_TOKEN_DATA_CORRUPT */
  contentsOf(token: PresentToken): SoftTokenFile {
    const entry = this.#present.get(token.name);
    if (entry?.insertion !== token.insertion) throw new CodedError('ERR_TOKEN_REMOVED');
    if (entry.contents?.stay === entry.stay) return entry.contents.token;
    const contents = loadToken(entry.file);
    if (contents.stay !== entry.stay) throw new CodedError('ERR_TOKEN_REMOVED');
    entry.contents = contents;
    return contents.token;
  }

  stayOf(token: PresentToken): FileStay | undefined {
    const entry = this.#present.get(token.name);
    return entry?.insertion === token.insertion ? entry.stay : undefined;
  }

  /** Tells that we replaced the file ourselves: it did not leave. */
  noteOwnChange(token: PresentToken, stay: FileStay): void {
    const entry = this.#present.get(token.name);
    if (entry?.insertion === token.insertion) entry.stay = stay;
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#watcher?.close();
    for (const entry of this.#present.values()) entry.abort.abort();
    this.#present.clear();
  }

  /** Polling alone is enough; watching only makes it quick. */
  #watch(): FSWatcher | null {
    try {
      const watcher = watch(this.#folder, { persistent: false }, () => {
        this.#settling ??= setTimeout(() => {
          this.#settling = null;
          this.tokens();
        }, settleMs);
      });
      return watcher.on('error', () => {
        watcher.close();
        this.#watcher = null;
      });
    } catch {
      return null;
    }
  }

  /** @returns whether anything changed */
  #look(): boolean {
    const names = new Set(this.#names());
    let changed = false;
    for (const [name, entry] of this.#present) {
      if (names.has(name) && currentStay(entry.file) === entry.stay) continue;
      this.#present.delete(name);
      entry.abort.abort();
      changed = true;
    }
    for (const name of names) {
      if (this.#present.has(name)) continue;
      const entry = this.#insert(name);
      if (entry === null) continue;
      this.#present.set(name, entry);
      changed = true;
    }
    return changed;
  }

  #names(): readonly string[] {
    return filesOf(this.#folder)
      .filter((file) => file.endsWith(tokenFileExtension) && !file.startsWith('.'))
      .map((file) => path.basename(file, tokenFileExtension))
      .filter((name) => name.length > 0 && name.length <= 64);
  }

  /** null for a file that is no readable token: half copied, damaged, or another user's. */
  #insert(name: string): Entry | null {
    const file = path.join(this.#folder, name + tokenFileExtension);
    try {
      const { stay } = loadToken(file);
      const insertion = (this.#insertions.get(name) ?? 0) + 1;
      this.#insertions.set(name, insertion);
      const abort = new AbortController();
      return { name, file, insertion, removed: abort.signal, abort, stay, contents: null };
    } catch (error) {
      if (isCodedError(error)) return null;
      throw error;
    }
  }
}

/** A folder that was taken away as a whole holds no tokens. */
function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
