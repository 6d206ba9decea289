import { CKF_DONT_BLOCK, type Cryptoki } from './abi.ts';

/**
 * Whether something happened at a slot, by C_WaitForSlotEvent without waiting: a blocking wait would be a second call into libraries
 * that bear one. It makes looking quick and is never relied on: a library that has no events, or forgets one, is looked at anyway.
 */
export class SlotEvents {
  readonly #cryptoki: Cryptoki;
  #works = true;

  constructor(cryptoki: Cryptoki) {
    this.#cryptoki = cryptoki;
  }

  /** Takes all events there are. @returns whether there were any */
  happened(): boolean {
    let any = false;
    for (let taken = 0; this.#works && taken < 16; taken += 1) {
      try {
        if (this.#cryptoki.C_WaitForSlotEvent(CKF_DONT_BLOCK) === null) return any;
        any = true;
      } catch {
        // Not there, or not to be used: looking does without.
        this.#works = false;
      }
    }
    return any;
  }
}
