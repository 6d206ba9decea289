import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { CryptoOps, PublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import { writeFileAtomically } from '../dispatch/write-file-atomically.ts';
import { type RegisteredOrigin, readSignedRegistry, type SignedRegistry } from './signed-registry.ts';

export interface PlatformRegistryOptions {
  readonly stateDir: string;
  /** Keys of the service that the agent was told by another way; any of them counts. */
  readonly keys: readonly PublicKey[];
  readonly ops: CryptoOps;
  readonly now: () => Date;
  /** Brings what the service publishes. */
  readonly fetch: (signal: AbortSignal) => Promise<unknown>;
  readonly onProblem: (reason: Reason) => void;
}

const refreshMs = 3600 * 1000;
const retryMs = 60_000;
/** A site that is not in the registry may have been registered a moment ago; the service is asked so often about that. */
const askAgainMs = 10_000;
const maxFileBytes = 12 * 1024 * 1024;

/**
 * The trading platforms that the service vouches for. Kept on disk as they were signed, believed until their lifetime ends
 * with or without a network, and never exchanged for an older list.
 */
export class PlatformRegistry {
  readonly #options: PlatformRegistryOptions;
  readonly #file: string;
  readonly #closed = new AbortController();
  #current: SignedRegistry | null;
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #reported = '';

  constructor(options: PlatformRegistryOptions) {
    this.#options = options;
    this.#file = path.join(options.stateDir, 'platforms.json');
    this.#current = this.#load();
    void this.#refreshForEver();
  }

  /** The entry of an origin, also of a list whose lifetime is over. */
  entry(origin: string): RegisteredOrigin | undefined {
    return this.#current?.origins.get(origin);
  }

  /** Why no origin can be recognised now; null when the list is good. */
  get problem(): CodedError | null {
    if (this.#current === null) return new CodedError('ERR_AGENT_ORIGIN_REGISTRY_MISSING');
    const { expiresAt } = this.#current;
    if (expiresAt > this.#options.now()) return null;
    return new CodedError('ERR_AGENT_ORIGIN_REGISTRY_STALE', { expiresAt: expiresAt.toISOString() });
  }

  /**
   * The entry of an origin, the service being asked first when there is none or the list is over.
   *
   * @throws {CodedError} ERR_AGENT_ORIGIN_REGISTRY_MISSING, ERR_AGENT_ORIGIN_REGISTRY_STALE { expiresAt }
   */
  async find(origin: string): Promise<RegisteredOrigin | undefined> {
    if (this.problem !== null || this.entry(origin) === undefined) await this.#askAgain(origin);
    if (this.problem !== null) throw this.problem;
    return this.entry(origin);
  }

  /**
   * Takes a list that is signed and newer.
   *
   * @throws {CodedError} ERR_AGENT_ORIGIN_REGISTRY_INVALID { rule }
   */
  async accept(envelope: unknown): Promise<void> {
    const { keys, ops, now } = this.#options;
    const fresh = readSignedRegistry(envelope, keys, ops);
    const before = this.#current;
    if (before !== null && fresh.issuedAt < before.issuedAt)
      throw new CodedError('ERR_AGENT_ORIGIN_REGISTRY_INVALID', { rule: 'older than the one in use' });
    if (fresh.expiresAt <= now())
      throw new CodedError('ERR_AGENT_ORIGIN_REGISTRY_INVALID', { rule: 'lifetime is over, or the clock is wrong' });
    // On disk before in use: an agent that ends now begins again with this one and none older.
    await writeFileAtomically(this.#file, `${JSON.stringify({ format, signed: envelope })}\n`);
    this.#current = fresh;
    this.#reported = '';
  }

  async close(): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#timer);
    await this.#refreshing;
  }

  async #askAgain(origin: string): Promise<void> {
    if (this.#refreshing !== null) {
      await this.#refreshing;
      if (this.#reported !== '' || (this.problem === null && this.entry(origin) !== undefined)) return;
      // The site may have been registered after that question was on its way.
    }
    if (performance.now() - this.#askedAt < askAgainMs) return;
    this.#askedAt = performance.now();
    await this.#refresh();
  }

  /** One question at a time; whoever comes meanwhile waits for its answer. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#fetchOnce().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #fetchOnce(): Promise<void> {
    try {
      await this.accept(await this.#options.fetch(this.#closed.signal));
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      if (isCodedError(error)) this.#report({ code: error.code, params: error.params });
      // A disk that is full must not keep the agent from what it has.
      else if ((error as NodeJS.ErrnoException).code !== undefined)
        this.#report({ code: 'ERR_FILE_UNWRITABLE', params: { name: 'platforms.json' } });
      else throw error;
    }
  }

  async #refreshForEver(): Promise<void> {
    await this.#refresh();
    if (this.#closed.signal.aborted) return;
    const soon = this.problem !== null || this.#reported !== '';
    this.#timer = setTimeout(() => void this.#refreshForEver(), soon ? retryMs : refreshMs);
    this.#timer.unref();
  }

  /** The file is no more believed than the network: its signature is checked again. */
  #load(): SignedRegistry | null {
    const { keys, ops } = this.#options;
    try {
      const size = statSync(this.#file, { throwIfNoEntry: false })?.size;
      if (size === undefined || size > maxFileBytes) return null;
      const read: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      const known = typeof read === 'object' && read !== null && 'format' in read && read.format === format;
      return known && 'signed' in read ? readSignedRegistry(read.signed, keys, ops) : null;
    } catch (error) {
      if (isCodedError(error)) this.#report({ code: error.code, params: error.params });
      else if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
      return null;
    }
  }

  /** Once for each, until it is well again. */
  #report(reason: Reason): void {
    const key = JSON.stringify(reason);
    if (key === this.#reported) return;
    this.#reported = key;
    this.#options.onProblem(reason);
  }
}

const format = 'onelock-platforms/1';
