import { equalBytes } from '@onelock/core/bytes';
import type { StatusWord } from '../card/apdu/index.ts';

/** A secret that a card compares, and how often it may still be wrong. */
export class PinCounter {
  readonly most: number;
  #secret: Uint8Array;
  #left: number;
  #verified = false;

  constructor(secret: Uint8Array, most: number) {
    this.#secret = Uint8Array.from(secret);
    this.most = most;
    this.#left = most;
  }

  get left(): number {
    return this.#left;
  }

  get verified(): boolean {
    return this.#verified;
  }

  forget(): void {
    this.#verified = false;
  }

  /** What a try that says nothing answers: 9000, 63Cx or 6983. */
  get status(): StatusWord {
    return this.#verified ? 0x9000 : this.#refusal();
  }

  /** @param matches  whether the try proves the secret */
  check(matches: (secret: Uint8Array) => boolean): StatusWord {
    if (this.#left === 0) return 0x6983;
    this.#verified = matches(this.#secret);
    this.#left = this.#verified ? this.most : this.#left - 1;
    return this.#verified ? 0x9000 : this.#refusal();
  }

  verify(tried: Uint8Array): StatusWord {
    return this.check((secret) => equalBytes(secret, tried));
  }

  /** A new secret, with all its tries. */
  set(secret: Uint8Array): void {
    this.#secret = Uint8Array.from(secret);
    this.#left = this.most;
  }

  #refusal(): StatusWord {
    return this.#left === 0 ? 0x6983 : 0x63c0 + this.#left;
  }
}
