import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Origin } from '../transport/origin.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

const closed = { additionalProperties: false } as const;

const RegistryFile = Type.Object(
  {
    format: Type.Literal('onelock-origins/1'),
    origins: Type.Array(
      Type.Object({ origin: Type.String({ maxLength: 300 }), allowedAt: Type.String({ maxLength: 30 }) }, closed),
      { maxItems: 10_000 },
    ),
  },
  closed,
);
type RegistryFile = Static<typeof RegistryFile>;
export type AllowedOrigin = RegistryFile['origins'][number];

const validator = Compile(RegistryFile);
const empty: RegistryFile = { format: 'onelock-origins/1', origins: [] };

/** A refusal is remembered this long, so that a page cannot ask again and again until the person gives in. */
const denialMs = 10 * 60_000;

/**
 * Sites that the person allowed, in a file that other programs of the same user may change (`onelock agent sites`): it is
 * read again whenever it changed. A file that cannot be read allows nobody.
 */
export class OriginRegistry {
  readonly #file: string;
  readonly #denied = new Map<Origin, number>();
  #read: { readonly stamp: string; readonly content: RegistryFile } = { stamp: '', content: empty };

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
    const others = this.list().filter((entry) => entry.origin !== origin);
    await this.#write([...others, { origin, allowedAt: now.toISOString() }]);
  }

  /** @returns whether the site had been allowed */
  async revoke(origin: string): Promise<boolean> {
    const others = this.list().filter((entry) => entry.origin !== origin);
    if (others.length === this.list().length) return false;
    await this.#write(others);
    return true;
  }

  deny(origin: Origin, now: Date): void {
    this.#denied.set(origin, now.getTime() + denialMs);
  }

  /** @throws {CodedError} ERR_AGENT_ORIGIN_DENIED { origin } while a refusal is remembered */
  checkNotDenied(origin: Origin, now: Date): void {
    if ((this.#denied.get(origin) ?? 0) > now.getTime()) throw new CodedError('ERR_AGENT_ORIGIN_DENIED', { origin });
    this.#denied.delete(origin);
  }

  #content(): RegistryFile {
    const stamp = this.#stamp();
    if (stamp !== this.#read.stamp) this.#read = { stamp, content: stamp === '' ? empty : readRegistry(this.#file) };
    return this.#read.content;
  }

  #stamp(): string {
    const stats = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? '' : `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
  }

  async #write(origins: readonly AllowedOrigin[]): Promise<void> {
    const content: RegistryFile = { format: 'onelock-origins/1', origins: [...origins] };
    await writeFileAtomically(this.#file, `${JSON.stringify(content, null, 2)}\n`);
  }
}

function readRegistry(file: string): RegistryFile {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return validator.Check(value) ? value : empty;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code !== undefined) return empty;
    throw error;
  }
}
