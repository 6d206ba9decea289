import { setTimeout as delay } from 'node:timers/promises';
import { isCodedError } from '@onelock/core/errors';
import type { CardConnection, CardPlace, CardReaders } from '../card-readers.ts';
import { type PcscHandle, PcscLibrary, type ReaderState } from './library.ts';
import { connectCard } from './pcsc-connection.ts';
import { listReaders, newState, placeOf, readersComeAndGo } from './reader-states.ts';
import { pcscFailure, SCARD } from './return-values.ts';

/** One wait for an event; a reader that came between listing and waiting is found at the latest after it. */
const waitMs = 5000;
const retryMs = 1000;
const noReaders: ReadonlySet<number> = new Set([
  SCARD.E_NO_SERVICE,
  SCARD.E_SERVICE_STOPPED,
  SCARD.E_NO_READERS_AVAILABLE,
  SCARD.E_INVALID_HANDLE,
]);

/**
 * Smart-card readers by PC/SC. A system without its service is a system without readers: the service may start later
 * (pcscd starts with its first reader on many systems).
 *
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED when there is no PC/SC library
 */
export function openPcscReaders(driver: string, library?: string): CardReaders {
  return new PcscReaders(new PcscLibrary(driver, library));
}

class PcscReaders implements CardReaders {
  readonly #library: PcscLibrary;
  readonly #closing = new AbortController();
  /** For questions; events are waited for on a context of their own, which a wait blocks. */
  #context: PcscHandle | null = null;
  #waiting: PcscHandle | null = null;
  #watch: Promise<void> | null = null;

  constructor(library: PcscLibrary) {
    this.#library = library;
  }

  async look(): Promise<readonly CardPlace[]> {
    try {
      this.#context ??= await this.#library.establishContext();
      const states = (await listReaders(this.#library, this.#context)).map((name) => newState(name));
      await this.#status(this.#context, 0, states);
      return states.map(placeOf).filter((place) => place !== null);
    } catch (error) {
      if (!isNoReaders(error)) throw error;
      await this.#forgetContext();
      return [];
    }
  }

  onChanged(listener: () => void): void {
    this.#watch ??= this.#listen(listener);
  }

  connect(place: CardPlace): Promise<CardConnection> {
    return connectCard(this.#library, place.name);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#waiting !== null) await this.#library.tryCall('SCardCancel', this.#waiting);
    await this.#watch;
    await this.#forgetContext();
  }

  async #listen(listener: () => void): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const context = await this.#library.establishContext();
        this.#waiting = context;
        listener();
        await this.#listenOn(context, listener);
      } catch (error) {
        if (!isCodedError(error)) throw error;
        listener();
      }
      const context = this.#waiting;
      this.#waiting = null;
      if (context !== null) await this.#library.tryCall('SCardReleaseContext', context);
      if (!signal.aborted) await delay(retryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #listenOn(context: PcscHandle, listener: () => void): Promise<void> {
    const seen = new Map<string, number>();
    while (!this.#closing.signal.aborted) {
      const names = await listReaders(this.#library, context);
      const states = [...names, readersComeAndGo].map((name) => newState(name, seen.get(name) ?? 0));
      const value = await this.#library.tryCall('SCardGetStatusChange', context, waitMs, states, states.length);
      if (this.#closing.signal.aborted || value === SCARD.E_CANCELLED) return;
      if (value !== SCARD.S_SUCCESS && value !== SCARD.E_TIMEOUT && value !== SCARD.E_UNKNOWN_READER)
        throw pcscFailure('SCardGetStatusChange', value);
      if (value === SCARD.E_TIMEOUT) continue;
      seen.clear();
      for (const { szReader, dwEventState } of states) seen.set(szReader, dwEventState);
      listener();
    }
  }

  async #status(context: PcscHandle, timeoutMs: number, states: ReaderState[]): Promise<void> {
    if (states.length === 0) return;
    const value = await this.#library.tryCall('SCardGetStatusChange', context, timeoutMs, states, states.length);
    // A reader that left meanwhile is told by the next look.
    if (value !== SCARD.S_SUCCESS && value !== SCARD.E_TIMEOUT && value !== SCARD.E_UNKNOWN_READER)
      throw pcscFailure('SCardGetStatusChange', value);
  }

  async #forgetContext(): Promise<void> {
    const context = this.#context;
    this.#context = null;
    if (context !== null) await this.#library.tryCall('SCardReleaseContext', context);
  }
}

function isNoReaders(error: unknown): boolean {
  return isCodedError(error) && noReaders.has(error.native?.value ?? 0);
}
