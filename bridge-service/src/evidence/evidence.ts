import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Name } from '@onelock/core/x509';
import { fetchTimestamp, type Outbound, shownUrl } from '../outbound/index.ts';
import type { Clock } from '../services/ports/clock.ts';
import type { EvidencePort } from '../services/ports/evidence.ts';
import type { SourceState } from '../services/ports/evidence-store.ts';
import type { Store } from '../services/ports/store.ts';
import type { Trust, TrustRegistry } from '../services/trust-registry.ts';
import { Gatherer, isCurrent, signersOf } from './gatherer.ts';
import { IssuerShelf } from './issuer-shelf.ts';
import { type HeldList, ListShelf } from './list-shelf.ts';
import { ListThread } from './list-thread.ts';
import { listedAuthorities, listedIssuers, listedLists } from './listed-sources.ts';
import { OcspShelf } from './ocsp-shelf.ts';
import { SourceHealth } from './source-health.ts';
import type { Source } from './source-name.ts';
import { sourceViews } from './source-view.ts';

export interface EvidenceLimits {
  /** A judgement waits so long for all its sources together. */
  readonly waitMs: number;
  readonly ocspTimeoutMs: number;
  readonly ocspLongestMs: number;
  readonly crlTimeoutMs: number;
  readonly crlLimitBytes: number;
  readonly namedListsLimitBytes: number;
  readonly listRetentionMs: number;
}

export const defaultEvidenceLimits: EvidenceLimits = {
  waitMs: 4_000,
  ocspTimeoutMs: 5_000,
  ocspLongestMs: 3_600_000,
  crlTimeoutMs: 120_000,
  crlLimitBytes: 128 * 1024 * 1024,
  namedListsLimitBytes: 256 * 1024 * 1024,
  listRetentionMs: 7 * 86_400_000,
};

/** What the room tells whoever watches over the service. */
export interface EvidenceEvents {
  readonly onChange: (state: SourceState, change: 'failing' | 'recovered') => void;
  /** A listed list ended before a newer one came, or a newer one came after that. */
  readonly onStale: (held: HeldList, change: 'stale' | 'current') => void;
  readonly onFailure: (error: unknown) => void;
}

export interface EvidenceOptions {
  readonly store: Store;
  readonly trust: TrustRegistry;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly ops: CryptoOps;
  readonly limits: EvidenceLimits;
  readonly events: EvidenceEvents;
}

/** Downloads of lists at once. */
const atOnce = 4;

/** The room that brings evidence: lists, responses and issuers, each kept with its age, refreshed before it ends. */
export class Evidence implements EvidencePort {
  readonly #options: EvidenceOptions;
  readonly #health: SourceHealth;
  readonly #thread = new ListThread();
  readonly #lists: ListShelf;
  readonly #responses: OcspShelf;
  readonly #issuers: IssuerShelf;
  /** Names of sources whose list at hand has ended. */
  readonly #stale = new Set<string>();
  #closing = false;

  constructor(options: EvidenceOptions) {
    this.#options = options;
    const { store, outbound, clock, ops, limits, events } = options;
    const random = (): number => (ops.random(1)[0] ?? 0) / 255;
    const onStoreFailure = (error: unknown): void => this.#tell(error);
    const health = new SourceHealth({ store, clock, random, onChange: events.onChange, onStoreFailure });
    const shared = { store, outbound, health, clock, ops, random, onStoreFailure };
    this.#health = health;
    this.#lists = new ListShelf({
      ...shared,
      thread: this.#thread,
      limits: {
        timeoutMs: limits.crlTimeoutMs,
        limitBytes: limits.crlLimitBytes,
        namedLimitBytes: limits.namedListsLimitBytes,
        retentionMs: limits.listRetentionMs,
      },
    });
    this.#responses = new OcspShelf({ ...shared, timeoutMs: limits.ocspTimeoutMs, longestMs: limits.ocspLongestMs });
    this.#issuers = new IssuerShelf({ outbound, health, clock, timeoutMs: limits.ocspTimeoutMs });
  }

  /** Reads what was known before the restart about sources. Lists follow with the first {@link sync}, or when they are needed. */
  load(): Promise<void> {
    return this.#health.load();
  }

  gather(question: Parameters<EvidencePort['gather']>[0]): ReturnType<EvidencePort['gather']> {
    const { clock, ops, limits } = this.#options;
    const shelves = { lists: this.#lists, responses: this.#responses, issuers: this.#issuers };
    return new Gatherer(
      { ...shelves, clock, ops, waitMs: limits.waitMs, onFailure: (error) => this.#tell(error) },
      question,
    ).gather();
  }

  timestampAuthorities(trust: Trust): readonly string[] {
    return listedAuthorities(trust).map(({ url }) => url);
  }

  async stamp(trust: Trust, url: string, request: Uint8Array): Promise<Uint8Array> {
    const { outbound, limits } = this.#options;
    const source = listedAuthorities(trust).find((listed) => listed.url === url);
    if (source === undefined)
      throw new CodedError('ERR_EVIDENCE_URL_UNSUPPORTED', { url: shownUrl(url), rule: 'listed' });
    return this.#health.ask(source, () => fetchTimestamp(outbound, { url, request, timeoutMs: limits.ocspTimeoutMs }));
  }

  sources(trust: Trust): ReturnType<EvidencePort['sources']> {
    return sourceViews(trust, this.#health, this.#lists, this.#options.clock());
  }

  async refresh(trust: Trust, caId: string): Promise<void> {
    const sources = listedLists(trust).filter((source) => source.caId === caId);
    for (const state of this.#health.all()) if (state.source.split(' ')[1] === caId) this.#health.forgive(state.source);
    await this.#each(sources, (source) => this.#lists.refresh(source, this.#signers(trust)));
  }

  async forgetList(source: string): Promise<boolean> {
    const forgotten = await this.#options.store.transaction(async ({ evidence, events }) => {
      await events.publish('evidence.changed', { source });
      return evidence.forgetList(source);
    });
    this.#lists.forget({ name: source });
    return forgotten;
  }

  /** One round of the job: lists that others have stored, lists that are due, issuers that are listed. */
  async sync(): Promise<void> {
    const { store, trust: registry, clock } = this.#options;
    const trust = await registry.current(store);
    const listed = listedLists(trust);
    const stored = new Map((await store.evidence.lists()).map((list) => [list.source, list]));
    await this.#each(listed, async (source) => {
      const known = stored.get(source.name);
      // Another node was told to forget it.
      if (known === undefined) this.#lists.forget(source);
      const held = this.#lists.held(source);
      if (
        known !== undefined &&
        (held === undefined || held.stored.digest !== known.digest || held.stored.refreshAt < known.refreshAt)
      )
        await this.#lists.load(source, known, this.#signers(trust));
      const due = (this.#lists.held(source)?.stored.refreshAt ?? '') <= clock().toISOString();
      if (due && (await this.#mayRefresh(source))) await this.#lists.refresh(source, this.#signers(trust));
    });
    await this.#each(listedIssuers(trust), (source) => this.#issuers.find(source));
    for (const source of listed) this.#watchAge(source);
  }

  #watchAge(source: Source): void {
    const held = this.#lists.held(source);
    if (held === undefined) return;
    const isStale = !isCurrent(held, this.#options.clock());
    if (isStale === this.#stale.has(source.name)) return;
    if (isStale) this.#stale.add(source.name);
    else this.#stale.delete(source.name);
    this.#options.events.onStale(held, isStale ? 'stale' : 'current');
  }

  /** Of the nodes on one database one downloads a list; the others read it from there. */
  async #mayRefresh(source: Source): Promise<boolean> {
    const { store, clock, limits } = this.#options;
    if (this.#health.suspension(source) !== undefined) return false;
    const now = clock();
    const until = new Date(now.getTime() + limits.crlTimeoutMs).toISOString();
    const { name, kind, url } = source;
    return store.transaction(({ evidence }) => evidence.claim({ source: name, kind, url }, now.toISOString(), until));
  }

  async cleanUp(): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock();
    const monthAgo = new Date(now.getTime() - 30 * 86_400_000).toISOString();
    await store.transaction(async ({ evidence }) => {
      await evidence.deleteUnusedParts(now.toISOString());
      await evidence.deleteResponsesBefore(monthAgo);
    });
  }

  /** Ends what is under way. Call it when no judgement waits any more. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#options.outbound.close();
    await this.#thread.close();
    await Promise.all([this.#lists.settle(), this.#responses.settle(), this.#issuers.settle()]);
  }

  /** What ends because the service does is no failure. */
  #tell(error: unknown): void {
    if (!this.#closing) this.#options.events.onFailure(error);
  }

  #signers(trust: Trust): (name: Name) => ReturnType<typeof signersOf> {
    return (name) => signersOf(trust, name);
  }

  /** Some at a time; what one source does wrong is in its state and stops none of the others. */
  async #each(sources: readonly Source[], work: (source: Source) => Promise<unknown>): Promise<void> {
    const waiting = [...sources];
    const takeTurns = async (): Promise<void> => {
      for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
        try {
          await work(source);
        } catch (error) {
          if (!isCodedError(error)) this.#tell(error);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, takeTurns));
  }
}
