import type { Hash } from './hashes.ts';

// Sizes pass 2^31, so halves are taken without bit operators.
const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

/** A leaf and a node are hashed behind different bytes, so that neither passes for the other (RFC 6962 §2.1). */
export const leafOf = (hash: Hash, entry: Uint8Array): Promise<Uint8Array> => hash(Uint8Array.of(0), entry);
const nodeOf = (hash: Hash, left: Uint8Array, right: Uint8Array): Promise<Uint8Array> =>
  hash(Uint8Array.of(1), left, right);

/** A tree that grows: the heads of its whole subtrees by level, one for each bit of its size. Written from RFC 6962 alone. */
export class GrowingTree {
  readonly #hash: Hash;
  readonly #edge: (Uint8Array | null)[];

  constructor(hash: Hash, edge: readonly (Uint8Array | null)[] = []) {
    this.#hash = hash;
    this.#edge = [...edge];
  }

  /** By level, the smallest first; null where the size has no bit. */
  get edge(): readonly (Uint8Array | null)[] {
    return this.#edge;
  }

  /** All of one level at a time: hashes answer later, and many are asked for at once. */
  async append(leaves: readonly Uint8Array[]): Promise<void> {
    let incoming = leaves;
    for (let level = 0; incoming.length > 0; level += 1) {
      const waiting = this.#edge[level] ?? null;
      const row = waiting === null ? incoming : [waiting, ...incoming];
      this.#edge[level] = isOdd(row.length) ? (row.at(-1) ?? null) : null;
      incoming = await Promise.all(pairs(row).map(([left, right]) => nodeOf(this.#hash, left, right)));
    }
  }

  async root(): Promise<Uint8Array> {
    let root: Uint8Array | null = null;
    for (const head of this.#edge)
      if (head !== null) root = root === null ? head : await nodeOf(this.#hash, head, root);
    return root ?? this.#hash();
  }
}

function pairs(row: readonly Uint8Array[]): readonly (readonly [Uint8Array, Uint8Array])[] {
  const found: (readonly [Uint8Array, Uint8Array])[] = [];
  for (let index = 0; index + 1 < row.length; index += 2) {
    const [left, right] = [row[index], row[index + 1]];
    if (left !== undefined && right !== undefined) found.push([left, right]);
  }
  return found;
}

/**
 * The head that a leaf and its path lead to; null when the path has not the length it must have.
 *
 * @param index  from 0
 * @see RFC 9162 §2.1.3.2
 */
export async function headFromLeaf(
  hash: Hash,
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Promise<Uint8Array | null> {
  if (index < 0 || index >= size) return null;
  let [place, last, head] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    if (isOdd(place) || place === last) {
      head = await nodeOf(hash, sibling, head);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else head = await nodeOf(hash, head, sibling);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? head : null;
}

/**
 * Whether a path shows that the tree of `second` leaves begins with the tree of `first`.
 *
 * @see RFC 9162 §2.1.4.2
 */
export async function isBeginning(
  hash: Hash,
  {
    first,
    second,
    firstHead,
    secondHead,
    path,
  }: {
    readonly first: number;
    readonly second: number;
    readonly firstHead: Uint8Array;
    readonly secondHead: Uint8Array;
    readonly path: readonly Uint8Array[];
  },
): Promise<boolean> {
  if (first === second) return path.length === 0 && same(firstHead, secondHead);
  if (first < 1 || first > second) return false;
  let [place, last] = [first - 1, second - 1];
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  // A first tree that is one whole subtree of the second is not repeated in the proof.
  const [start, ...rest] = place === 0 ? [firstHead, ...path] : path;
  if (start === undefined) return false;
  let [before, after] = [start, start];
  for (const head of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      before = await nodeOf(hash, head, before);
      after = await nodeOf(hash, head, after);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else after = await nodeOf(hash, after, head);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && same(before, firstHead) && same(after, secondHead);
}

const same = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);
