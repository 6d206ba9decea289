import { isCodedError } from '@onelock/core/errors';
import type { Cryptoki } from './abi.ts';
import { initialise } from './load-module.ts';

/** The least time between two initialisations, and how many times longer than one takes. */
const leastMs = 600;
const share = 20;

/** When a library has to be initialised again. */
export class LibraryLife {
  readonly #cryptoki: Cryptoki;
  #notBefore = performance.now() + leastMs;
  #awaitsToken = false;

  constructor(cryptoki: Cryptoki) {
    this.#cryptoki = cryptoki;
  }

  /**
   * Some libraries look for tokens only when they are initialised; while nothing is open that costs nothing. Once they were, a
   * token that is still away is no unreadable slot any more: it is looked for until one comes.
   *
   * @param unreadable  slots that hold something that cannot be read
   * @param busy        whether a session is open, which would end
   */
  renew(unreadable: number, busy: boolean): void {
    const began = performance.now();
    if (!(unreadable > 0 || this.#awaitsToken) || busy || began < this.#notBefore) return;
    this.#awaitsToken = true;
    try {
      this.#cryptoki.C_Finalize();
      initialise(this.#cryptoki);
    } finally {
      const ended = performance.now();
      this.#notBefore = ended + Math.max(leastMs, share * (ended - began));
    }
  }

  tokenCame(): void {
    this.#awaitsToken = false;
  }

  /** Looks, and once more with a library that forgot that it was initialised, as some do over a sleep of the computer. */
  look<T>(look: () => T): T {
    try {
      return look();
    } catch (error) {
      if (!isCodedError(error) || error.native?.name !== 'CKR_CRYPTOKI_NOT_INITIALIZED') throw error;
      initialise(this.#cryptoki);
      return look();
    }
  }
}
