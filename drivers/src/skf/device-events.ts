import { setTimeout as delay } from 'node:timers/promises';
import { writeUlong } from './abi.ts';
import type { SkfLibrary } from './library.ts';
import { returnValueOf } from './return-values.ts';

const nameRoom = 1024;
/** A library that tells without end is listened to this often. */
const breathMs = 100;
const stopMs = 1000;

/**
 * Waits for SKF_WaitForDevEvent, again and again. It makes looking quick and is never relied on: a library that has no
 * events, or forgets one, is looked at every second anyway.
 */
export class DeviceEvents {
  readonly #library: SkfLibrary;
  readonly #onEvent: () => void;
  readonly #stopped = new AbortController();
  readonly #ended: Promise<void>;

  constructor(library: SkfLibrary, onEvent: () => void) {
    this.#library = library;
    this.#onEvent = onEvent;
    this.#ended = this.#listen();
  }

  /** Cancels the wait. @returns whether it has ended; if not, the library must not be unloaded */
  async stop(): Promise<boolean> {
    this.#stopped.abort();
    await this.#library.tryCall('SKF_CancelWaitForDevEvent');
    return Promise.race([this.#ended.then(() => true), delay(stopMs, false, { ref: false })]);
  }

  async #listen(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const value = await this.#wait();
      if (signal.aborted) return;
      if (value === 0) this.#onEvent();
      else if (value !== returnValueOf('SAR_TIMEOUTERR') && value !== returnValueOf('SAR_NOT_EVENTERR')) return;
      await delay(breathMs);
    }
  }

  #wait(): Promise<number> {
    const size = Buffer.alloc(8);
    writeUlong(size, 0, nameRoom, this.#library.abi);
    return this.#library.tryCall('SKF_WaitForDevEvent', Buffer.alloc(nameRoom), size, Buffer.alloc(8));
  }
}
