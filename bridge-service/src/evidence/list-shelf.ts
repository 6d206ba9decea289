import { decodePem, toHex, utf8Decode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type CertificateList, openPreparedList } from '@onelock/core/revocation';
import type { Certificate, Name } from '@onelock/core/x509';
import { fetchCrl, type Outbound, shownUrl } from '../outbound/index.ts';
import type { Clock } from '../services/ports/clock.ts';
import type { StoredList } from '../services/ports/evidence-store.ts';
import type { Store } from '../services/ports/store.ts';
import { acceptList } from './list-acceptance.ts';
import { readStoredList, storeList } from './list-storage.ts';
import type { ListThread } from './list-thread.ts';
import { refreshTime } from './refresh-time.ts';
import { SingleFlight } from './single-flight.ts';
import type { SourceHealth } from './source-health.ts';
import type { Source } from './source-name.ts';

export interface HeldList {
  readonly source: Source;
  readonly list: CertificateList;
  readonly stored: StoredList;
}

export interface ListLimits {
  readonly timeoutMs: number;
  readonly limitBytes: number;
  /** Lists that certificates name: all together at most so much memory. */
  readonly namedLimitBytes: number;
  readonly retentionMs: number;
}

export interface ListShelfOptions {
  readonly store: Store;
  readonly outbound: Outbound;
  readonly health: SourceHealth;
  readonly thread: ListThread;
  readonly clock: Clock;
  readonly ops: CryptoOps;
  readonly random: () => number;
  readonly limits: ListLimits;
  readonly onStoreFailure: (error: unknown) => void;
}

/** Certificates of whoever may have signed the lists of an issuer. */
export type SignersOf = (issuer: Name) => readonly Certificate[] | Promise<readonly Certificate[]>;

/**
 * The revocation lists at hand, each the newest genuine one that its source gave: in memory for judgements, in the database for the
 * next start and for other nodes. What a source offers takes the place of the known list only when {@link acceptList} says so; else
 * the known one stays, with its age.
 */
export class ListShelf {
  readonly #options: ListShelfOptions;
  readonly #held = new Map<string, HeldList>();
  readonly #flights = new SingleFlight<HeldList>();

  constructor(options: ListShelfOptions) {
    this.#options = options;
  }

  held({ name }: Source): HeldList | undefined {
    const found = this.#held.get(name);
    if (found?.source.origin !== 'certificate') return found;
    // The one that was used last is forgotten last.
    this.#held.delete(name);
    this.#held.set(name, found);
    return found;
  }

  all(): readonly HeldList[] {
    return [...this.#held.values()];
  }

  forget({ name }: Pick<Source, 'name'>): void {
    this.#held.delete(name);
  }

  settle(): Promise<void> {
    return this.#flights.settle();
  }

  /** Brings what another node, or this one before its restart, has stored into memory. */
  load(source: Source, stored: StoredList, signersOf: SignersOf): Promise<HeldList> {
    return this.#flights.run(source.name, () => this.#load(source, stored, signersOf));
  }

  /**
   * Asks the source for its list, unless one that need not be asked for yet is in the database.
   *
   * @throws {CodedError} as `SourceHealth.ask`, `fetchCrl` and `acceptList`; ERR_EVIDENCE_MALFORMED
   */
  refresh(source: Source, signersOf: SignersOf): Promise<HeldList> {
    return this.#flights.run(source.name, async () => {
      const { store, health, clock } = this.#options;
      if (source.origin === 'registry' && !this.#held.has(source.name)) {
        const stored = await store.evidence.list(source.name);
        const held = stored === null ? undefined : await this.#loadIfGood(source, stored, signersOf);
        if (held !== undefined && held.stored.refreshAt > clock().toISOString()) return held;
      }
      return health.ask(source, () => this.#download(source, signersOf));
    });
  }

  /** What cannot be read back is had again from its source. */
  async #loadIfGood(source: Source, stored: StoredList, signersOf: SignersOf): Promise<HeldList | undefined> {
    try {
      return await this.#load(source, stored, signersOf);
    } catch (error) {
      if (isCodedError(error)) return undefined;
      throw error;
    }
  }

  async #load(source: Source, stored: StoredList, signersOf: SignersOf): Promise<HeldList> {
    const known = this.#held.get(source.name);
    if (known?.stored.digest === stored.digest) return this.#hold({ ...known, stored });
    const der = await readStoredList(this.#options.store, stored);
    if (der === null) throw new CodedError('ERR_EVIDENCE_MALFORMED', { url: shownUrl(source.url), cause: 'store' });
    const { prepared, keyNames } = await this.#read(source.url, der, signersOf);
    const list = openPreparedList(prepared, this.#options.ops);
    // What is in the database is believed no more than what comes over the network.
    acceptList({ url: source.url, list, prepared, keyNames }, undefined, this.#options.clock());
    return this.#hold({ source, list, stored });
  }

  async #download(source: Source, signersOf: SignersOf): Promise<HeldList> {
    const { outbound, limits, clock, ops, random, store } = this.#options;
    const known = this.#held.get(source.name);
    const validators = { etag: known?.stored.etag ?? null, lastModified: known?.stored.lastModified ?? null };
    const { url, origin } = source;
    const { timeoutMs } = limits;
    const limitBytes = origin === 'registry' ? limits.limitBytes : Math.min(limits.limitBytes, limits.namedLimitBytes);
    const download = await fetchCrl(outbound, { url, origin, timeoutMs, limitBytes }, validators);
    const now = clock();
    const next = (period: { readonly thisUpdate: Date; readonly nextUpdate: Date | undefined }): string =>
      refreshTime(period, now, random()).toISOString();
    if (download.bytes === undefined) {
      if (known === undefined) throw new CodedError('ERR_EVIDENCE_STATUS', { url: shownUrl(url), status: 304 });
      return this.#keep(known, now.toISOString(), next(known.list));
    }
    const { prepared, keyNames } = await this.#read(url, download.bytes, signersOf);
    if (known?.stored.digest === prepared.id) return this.#keep(known, now.toISOString(), next(known.list));
    const list = openPreparedList(prepared, ops);
    const signer = acceptList({ url, list, prepared, keyNames }, known?.stored, now);
    const stored: StoredList = {
      ...{ source: source.name, url, digest: prepared.id, size: prepared.der.length, signer },
      ...{ issuer: toHex(list.issuer.der), entries: list.entryCount },
      ...{ crlNumber: list.crlNumber ?? null, baseNumber: list.baseCrlNumber ?? null },
      ...{ thisUpdate: list.thisUpdate.toISOString(), nextUpdate: list.nextUpdate?.toISOString() ?? null },
      ...{ etag: download.etag ?? null, lastModified: download.lastModified ?? null },
      ...{ fetchedAt: now.toISOString(), refreshAt: next(list) },
    };
    if (origin === 'registry')
      await storeList(store, prepared.der, stored, known?.stored, { now, retentionMs: limits.retentionMs });
    return this.#hold({ source, list, stored });
  }

  /** Parsed and verified on the thread; a PEM list is taken for what is in it. */
  async #read(url: string, bytes: Uint8Array, signersOf: SignersOf) {
    const { ops, thread } = this.#options;
    try {
      const der = bytes[0] === 0x2d ? fromPem(bytes) : bytes;
      const empty = { id: '', der, words: new BigUint64Array(0), issuerChanges: [], unknownCritical: undefined };
      const { issuer } = openPreparedList({ ...empty, signatures: [] }, ops);
      const keys = (await signersOf(issuer)).map(({ spki }) => spki);
      const keyNames = new Map(keys.map((spki) => [toHex(spki), toHex(ops.digest('sm3', spki))]));
      return { prepared: await thread.prepare(der, keys), keyNames };
    } catch (error) {
      if (!isCodedError(error)) throw error;
      throw new CodedError('ERR_EVIDENCE_MALFORMED', { url: shownUrl(url), cause: error.code }, { cause: error });
    }
  }

  #keep(known: HeldList, fetchedAt: string, refreshAt: string): HeldList {
    const { store, onStoreFailure } = this.#options;
    const { name, origin } = known.source;
    if (origin === 'registry')
      store.transaction(({ evidence }) => evidence.keepList(name, fetchedAt, refreshAt)).catch(onStoreFailure);
    return this.#hold({ ...known, stored: { ...known.stored, fetchedAt, refreshAt } });
  }

  #hold(held: HeldList): HeldList {
    this.#held.delete(held.source.name);
    this.#held.set(held.source.name, held);
    const named = this.all().filter(({ source }) => source.origin === 'certificate');
    let size = named.reduce((sum, { stored }) => sum + stored.size, 0);
    for (const { source, stored } of named) {
      if (size <= this.#options.limits.namedLimitBytes || source.name === held.source.name) break;
      this.#held.delete(source.name);
      size -= stored.size;
    }
    return held;
  }
}

/** Some CAs serve PEM where RFC 2585 §3 has DER. */
function fromPem(bytes: Uint8Array): Uint8Array {
  const [block] = decodePem(utf8Decode(Uint8Array.from(bytes)));
  const der = new Uint8Array(new SharedArrayBuffer(block?.bytes.length ?? 0));
  if (block !== undefined) der.set(block.bytes);
  return der;
}
