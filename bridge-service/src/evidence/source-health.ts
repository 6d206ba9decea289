import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import { shownUrl } from '../outbound/index.ts';
import { hasCome } from '../services/has-come.ts';
import type { Clock } from '../services/ports/clock.ts';
import type { SourceState } from '../services/ports/evidence-store.ts';
import type { Store } from '../services/ports/store.ts';
import type { Source } from './source-name.ts';

/** Failures in a row after which a source is left alone for a while. */
const patience = 3;
const firstPauseMs = 2_000;
const longestPauseMs = 10 * 60_000;
/** A success is written down this often; failures and recoveries always. */
const noteSuccessEveryMs = 60_000;
/** Sources that certificates name are remembered in memory alone, the latest so many. */
const mostNamed = 10_000;

export interface HealthOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** Told when a listed source begins to fail or answers again. */
  readonly onChange: (state: SourceState, change: 'failing' | 'recovered') => void;
  /** Told when a state could not be written down. */
  readonly onStoreFailure: (error: unknown) => void;
}

/**
 * What became of asking each source, kept across restarts. A source that fails again and again is left alone for a pause that
 * doubles up to ten minutes; then one request tries it, and its answer ends the pause: nobody has to do anything.
 */
export class SourceHealth {
  readonly #options: HealthOptions;
  readonly #states = new Map<string, SourceState>();
  /** Sources that are being tried after a pause. */
  readonly #trying = new Set<string>();

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    for (const state of await this.#options.store.evidence.states()) this.#states.set(state.source, state);
  }

  /** States of listed sources, and of those that certificates name as far as this node has asked them. */
  all(): readonly SourceState[] {
    return [...this.#states.values()];
  }

  stateOf({ name }: Source): SourceState | undefined {
    return this.#states.get(name);
  }

  /**
   * Asks a source, unless it is being left alone.
   *
   * @throws {CodedError} ERR_EVIDENCE_SUSPENDED { url, cause, retryAt }; what the work throws
   */
  async ask<T>(source: Source, work: () => Promise<T>): Promise<T> {
    const suspended = this.suspension(source);
    if (suspended !== undefined) throw suspended;
    const afterPause = (this.stateOf(source)?.failures ?? 0) >= patience;
    if (afterPause) this.#trying.add(source.name);
    try {
      const result = await work();
      this.#answered(source);
      return result;
    } catch (error) {
      if (isCodedError(error)) this.#failed(source, { code: error.code, params: error.params });
      throw error;
    } finally {
      this.#trying.delete(source.name);
    }
  }

  /** Why a source is not asked now, if it is not. */
  suspension(source: Source): CodedError | undefined {
    const state = this.stateOf(source);
    if (state === undefined || state.failures < patience) return undefined;
    const due = hasCome(state.nextAttemptAt, this.#options.clock().toISOString());
    if (due && !this.#trying.has(source.name)) return undefined;
    const { url, nextAttemptAt, lastError } = state;
    const params = { url: shownUrl(url), cause: lastError?.code ?? '', retryAt: nextAttemptAt };
    return new CodedError('ERR_EVIDENCE_SUSPENDED', params);
  }

  /** Forgets failures, so that a source is asked at once. */
  forgive(name: string): void {
    const state = this.#states.get(name);
    if (state === undefined) return;
    this.#set({ ...state, failures: 0, nextAttemptAt: this.#options.clock().toISOString() });
  }

  #answered(source: Source): void {
    const now = this.#options.clock();
    const at = now.toISOString();
    const known = this.stateOf(source);
    const state: SourceState = {
      ...{ source: source.name, kind: source.kind, url: source.url, failures: 0 },
      ...{ lastAttemptAt: at, lastSuccessAt: at, nextAttemptAt: at, lastError: null },
    };
    const recovered = known !== undefined && known.failures > 0;
    const noted = known?.lastSuccessAt ?? null;
    const since = noted === null ? null : now.getTime() - Date.parse(noted);
    if (!recovered && since !== null && since >= 0 && since < noteSuccessEveryMs) return;
    this.#set(state);
    if (recovered && source.origin === 'registry') this.#options.onChange(state, 'recovered');
  }

  #failed(source: Source, lastError: Reason): void {
    const now = this.#options.clock();
    const known = this.stateOf(source);
    const failures = (known?.failures ?? 0) + 1;
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(20, failures - 1));
    const state: SourceState = {
      ...{ source: source.name, kind: source.kind, url: source.url, failures, lastError },
      ...{ lastAttemptAt: now.toISOString(), lastSuccessAt: known?.lastSuccessAt ?? null },
      nextAttemptAt: new Date(now.getTime() + pause * (0.8 + 0.4 * this.#options.random())).toISOString(),
    };
    this.#set(state);
    if (failures === 1 && source.origin === 'registry') this.#options.onChange(state, 'failing');
  }

  #set(state: SourceState): void {
    this.#states.delete(state.source);
    this.#states.set(state.source, state);
    if (isNamed(state)) {
      this.#dropOldest();
      return;
    }
    const { store, onStoreFailure } = this.#options;
    store.transaction(({ evidence }) => evidence.setState(state)).catch(onStoreFailure);
  }

  #dropOldest(): void {
    if (this.#states.size <= mostNamed) return;
    for (const [name, state] of this.#states) {
      if (!isNamed(state)) continue;
      this.#states.delete(name);
      return;
    }
  }
}

const isNamed = ({ source }: SourceState): boolean => source.split(' ')[1]?.startsWith('key:') === true;
