/**
 * Serial numbers of a list, sorted: one 64-bit word each, the digest of the number in the high half and the place of its
 * entry in the low half. Eight bytes an entry hold a list of a million in 8 MB, and a look-up is a binary search.
 */
export class SerialIndex {
  readonly size: number;
  readonly #words: Uint32Array;
  readonly #sorted: BigUint64Array;
  #filled = 0;

  /** @param size  of an index to be filled, or the words of one that was sorted before */
  constructor(size: number | BigUint64Array) {
    this.#sorted = typeof size === 'number' ? new BigUint64Array(size) : size;
    this.size = this.#sorted.length;
    this.#words = new Uint32Array(this.#sorted.buffer, this.#sorted.byteOffset, 2 * this.size);
  }

  /** What {@link SerialIndex} can be made from again, in the byte order of this machine. */
  get sorted(): BigUint64Array {
    return this.#sorted;
  }

  /** @param place  offset of the entry, below 2^32 */
  add(digest: number, place: number): void {
    const at = 2 * this.#filled++;
    this.#words[at + highHalf] = digest;
    this.#words[at + 1 - highHalf] = place;
  }

  /** To be called once, after the last number and before the first look-up. */
  sort(): void {
    this.#sorted.sort();
  }

  /** Places of the entries whose number has this digest, in the order of the list. */
  *places(digest: number): Generator<number> {
    const words = this.#words;
    for (let at = this.#firstOf(digest); at < this.size && words[2 * at + highHalf] === digest; at++)
      yield words[2 * at + 1 - highHalf] ?? 0;
  }

  /**
   * Binary search, begun where digests spread evenly would have it: of a large list only that corner is touched, which is
   * what a look-up costs. Digests that are not spread evenly widen the corner step by step.
   */
  #firstOf(digest: number): number {
    const words = this.#words;
    const guess = Math.floor((digest / 2 ** 32) * this.size);
    let step = 1 + (Math.sqrt(this.size) >>> 0);
    let low = guess;
    let high = guess;
    while (low > 0 && (words[2 * (low - 1) + highHalf] ?? 0) >= digest) {
      low = Math.max(0, low - step);
      step *= 2;
    }
    while (high < this.size && (words[2 * high + highHalf] ?? 0) < digest) {
      high = Math.min(this.size, high + step);
      step *= 2;
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((words[2 * middle + highHalf] ?? 0) < digest) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Where this machine keeps the high half of a 64-bit word. */
const highHalf = new Uint32Array(BigUint64Array.of(1n).buffer)[0] === 1 ? 1 : 0;

/** FNV-1a over the contents of the INTEGER. Not secret: entries with the same digest are compared byte by byte. */
export function serialDigest(bytes: Uint8Array, start: number, end: number): number {
  let digest = 0x811c9dc5;
  for (let at = start; at < end; at++) digest = Math.imul(digest ^ (bytes[at] ?? 0), 0x01000193);
  return digest >>> 0;
}
