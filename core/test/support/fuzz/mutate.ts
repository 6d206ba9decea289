/** Numbers that depend on the seed alone, so that a finding can be made again (xorshift32). */
export class FuzzRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** 0 to `below` − 1. */
  next(below: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % Math.max(1, below);
  }

  get state(): number {
    return this.#state >>> 0;
  }
}

type Mutation = (bytes: Uint8Array, random: FuzzRandom, others: readonly Uint8Array[]) => Uint8Array;

/** Octets that matter to DER: lengths that lie, tags of every class, edges of integers. */
const telling = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xa0, 0xa3,
  0xff,
];

const replaced = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  const copy = bytes.slice();
  if (copy.length > 0) copy[at] = value;
  return copy;
};

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const mutations: readonly Mutation[] = [
  (bytes, random) => {
    const at = random.next(bytes.length);
    return replaced(bytes, at, (bytes[at] ?? 0) ^ (1 << random.next(8)));
  },
  (bytes, random) => replaced(bytes, random.next(bytes.length), telling[random.next(telling.length)] ?? 0),
  (bytes, random) => replaced(bytes, random.next(bytes.length), random.next(256)),
  (bytes, random) => bytes.slice(0, random.next(bytes.length + 1)),
  (bytes, random) => {
    const from = random.next(bytes.length);
    return joined(bytes.subarray(0, from), bytes.subarray(from + 1 + random.next(16)));
  },
  (bytes, random) => {
    const at = random.next(bytes.length + 1);
    const inserted = Uint8Array.from({ length: 1 + random.next(8) }, () => random.next(256));
    return joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
  },
  (bytes, random) => {
    const from = random.next(bytes.length);
    const to = from + random.next(Math.min(64, bytes.length - from + 1));
    return joined(bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to));
  },
  (bytes, random, others) => {
    const other = others[random.next(others.length)] ?? bytes;
    const cut = random.next(bytes.length + 1);
    return joined(bytes.subarray(0, cut), other.subarray(Math.min(cut, random.next(other.length + 1))));
  },
  (bytes, random, others) => {
    const other = others[random.next(others.length)] ?? bytes;
    const from = random.next(other.length);
    const piece = other.subarray(from, from + 1 + random.next(48));
    const at = random.next(bytes.length + 1);
    return joined(bytes.subarray(0, at), piece, bytes.subarray(at + piece.length));
  },
];

/** One to four changes of a seed. */
export function mutate(seed: Uint8Array, random: FuzzRandom, others: readonly Uint8Array[]): Uint8Array {
  let bytes = seed;
  for (let left = 1 + random.next(4); left > 0; left--) {
    const change = mutations[random.next(mutations.length)];
    if (change !== undefined) bytes = change(bytes, random, others);
  }
  return bytes;
}
