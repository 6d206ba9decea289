import { readFileSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Origin } from '../transport/origin.ts';
import { underFileLock } from './file-lock.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

const closed = { additionalProperties: false } as const;

const Entry = Type.Object(
  { origin: Type.String({ maxLength: 300 }), allowedAt: Type.String({ maxLength: 30 }) },
  closed,
);
export type AllowedOrigin = Static<typeof Entry>;

const format = 'onelock-origins/1';
const files = Compile(
  Type.Object({ format: Type.Literal(format), origins: Type.Array(Type.Unknown(), { maxItems: 10_000 }) }, closed),
);
const entries = Compile(Entry);

interface Content {
  readonly origins: readonly AllowedOrigin[];
  /** Whether something was left out because it could not be understood. */
  readonly damaged: boolean;
}
const empty: Content = { origins: [], damaged: false };

/** A refusal is remembered this long, so that a page cannot ask again and again until the person gives in. */
const denialMs = 10 * 60_000;

/**
 * Sites that the person allowed, in a file that other programs of the same user may change (`onelock agent sites`): it is
 * read again whenever it changed. A file that cannot be read allows nobody, an entry that cannot be read nothing; before a
 * damaged file is written anew it is kept aside as `origins.json.bad`.
 */
export class OriginRegistry {
  readonly #file: string;
  readonly #denied = new Map<Origin, number>();
  #read: { readonly stamp: string; readonly content: Content } = { stamp: '', content: empty };

  constructor(stateDir: string) {
    this.#file = path.join(stateDir, 'origins.json');
  }

  list(): readonly AllowedOrigin[] {
    return this.#content().origins;
  }

  isAllowed(origin: Origin): boolean {
    return this.list().some((entry) => entry.origin === origin);
  }

  async allow(origin: Origin, now: Date): Promise<void> {
    this.#denied.delete(origin);
    await this.#change((origins) => [
      ...origins.filter((entry) => entry.origin !== origin),
      { origin, allowedAt: now.toISOString() },
    ]);
  }

  /** @returns whether the site had been allowed */
  revoke(origin: string): Promise<boolean> {
    return this.#change((origins) => {
      const others = origins.filter((entry) => entry.origin !== origin);
      return others.length === origins.length ? null : others;
    });
  }

  deny(origin: Origin, now: Date): void {
    this.#denied.set(origin, now.getTime() + denialMs);
  }

  /** @throws {CodedError} ERR_AGENT_ORIGIN_DENIED { origin } while a refusal is remembered */
  checkNotDenied(origin: Origin, now: Date): void {
    if ((this.#denied.get(origin) ?? 0) > now.getTime()) throw new CodedError('ERR_AGENT_ORIGIN_DENIED', { origin });
    this.#denied.delete(origin);
  }

  #content(): Content {
    const stamp = this.#stamp();
    if (stamp !== this.#read.stamp) this.#read = { stamp, content: stamp === '' ? empty : readRegistry(this.#file) };
    return this.#read.content;
  }

  #stamp(): string {
    const stats = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? '' : `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
  }

  /**
   * Reads, changes and writes while nobody else does, in this program or another.
   * @param change  gives null to leave all as it is
   * @returns whether the file was written
   */
  #change(change: (origins: readonly AllowedOrigin[]) => readonly AllowedOrigin[] | null): Promise<boolean> {
    return underFileLock(`${this.#file}.lock`, async () => {
      const { origins, damaged } = this.#content();
      const changed = change(origins);
      if (changed === null) return false;
      if (damaged) await rename(this.#file, `${this.#file}.bad`);
      await writeFileAtomically(this.#file, `${JSON.stringify({ format, origins: changed }, null, 2)}\n`);
      return true;
    });
  }
}

function readRegistry(file: string): Content {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!files.Check(value)) return { origins: [], damaged: true };
    const origins = value.origins.filter((entry) => entries.Check(entry));
    return { origins, damaged: origins.length < value.origins.length };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return empty;
    if (error instanceof SyntaxError || code !== undefined) return { origins: [], damaged: true };
    throw error;
  }
}
