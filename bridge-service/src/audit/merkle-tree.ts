import type { CryptoOps } from '@onelock/core/crypto';

/** The digests that the log keeps a tree of: whoever trusts one of them need not trust the other. */
export const treeAlgorithms = ['sm3', 'sha256'] as const;
export type TreeAlgorithm = (typeof treeAlgorithms)[number];

/** One value for each tree. */
export type ForEachTree<T> = Readonly<Record<TreeAlgorithm, T>>;

/** @see RFC 6962 §2.1: a leaf and a node are hashed behind different bytes, so that neither passes for the other */
export interface TreeHasher {
  /** Of the tree without leaves. */
  empty(): Uint8Array;
  leaf(entry: Uint8Array): Uint8Array;
  node(left: Uint8Array, right: Uint8Array): Uint8Array;
}

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export function treeHasher(ops: Pick<CryptoOps, 'digest'>, algorithm: TreeAlgorithm): TreeHasher {
  return {
    empty: () => ops.digest(algorithm),
    leaf: (entry) => ops.digest(algorithm, leafPrefix, entry),
    node: (left, right) => ops.digest(algorithm, nodePrefix, left, right),
  };
}

// Sizes pass 2^31, so halves are taken without bit operators.
const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

/**
 * The right edge of a growing tree: heads of its whole subtrees, largest first, one for each bit of its size. Enough to append
 * and to tell the head of the whole.
 */
export class Frontier {
  readonly #hasher: TreeHasher;
  readonly #heads: Uint8Array[];
  #size: number;

  constructor(hasher: TreeHasher, size = 0, heads: readonly Uint8Array[] = []) {
    if (heads.length !== countBits(size)) throw new Error('a frontier has one head for each bit of its size');
    this.#hasher = hasher;
    this.#size = size;
    this.#heads = [...heads];
  }

  get size(): number {
    return this.#size;
  }

  get heads(): readonly Uint8Array[] {
    return this.#heads;
  }

  /** @param onNode  told of each subtree that this leaf completes: its level (1 = two leaves), its place among those, its head */
  append(leaf: Uint8Array, onNode?: (level: number, position: number, head: Uint8Array) => void): void {
    let head = leaf;
    let level = 0;
    let position = this.#size;
    while (isOdd(position)) {
      const left = this.#heads.pop();
      if (left === undefined) throw new Error('the frontier is shorter than its size');
      head = this.#hasher.node(left, head);
      position = half(position);
      level += 1;
      onNode?.(level, position, head);
    }
    this.#heads.push(head);
    this.#size += 1;
  }

  /** Head of the whole tree. */
  root(): Uint8Array {
    const last = this.#heads.at(-1);
    if (last === undefined) return this.#hasher.empty();
    return this.#heads.slice(0, -1).reduceRight((right, left) => this.#hasher.node(left, right), last);
  }
}

function countBits(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = half(rest)) if (isOdd(rest)) count += 1;
  return count;
}

/** A run of leaves, first and one past the last, whose head a proof carries. */
export type LeafRange = readonly [start: number, end: number];

/** The largest power of two below `n`, for n > 1. */
export function splitPoint(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/**
 * What an inclusion proof is made of, nearest the leaf first.
 *
 * @param index  from 0
 * @see RFC 6962 §2.1.1
 */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  const within = (start: number, end: number): readonly LeafRange[] => {
    if (end - start <= 1) return [];
    const middle = start + splitPoint(end - start);
    return index < middle ? [...within(start, middle), [middle, end]] : [...within(middle, end), [start, middle]];
  };
  return within(0, size);
}

/**
 * What a proof is made of that a tree of `second` leaves begins with the tree of `first`.
 *
 * @see RFC 6962 §2.1.2
 */
export function consistencyRanges(first: number, second: number): readonly LeafRange[] {
  const within = (start: number, end: number, known: boolean): readonly LeafRange[] => {
    if (first === end) return known ? [] : [[start, end]];
    const middle = start + splitPoint(end - start);
    return first <= middle
      ? [...within(start, middle, known), [middle, end]]
      : [...within(middle, end, false), [start, middle]];
  };
  return first === 0 || first === second ? [] : within(0, second, true);
}

/**
 * The head that a leaf and its inclusion proof come to; null when the proof has not the length that it must have.
 *
 * @param index  from 0
 * @see RFC 9162 §2.1.3.2
 */
export function rootFromInclusion(
  hasher: TreeHasher,
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): Uint8Array | null {
  if (index < 0 || index >= size) return null;
  let fn = index;
  let sn = size - 1;
  let root = leaf;
  for (const sibling of proof) {
    if (sn === 0) return null;
    if (isOdd(fn) || fn === sn) {
      root = hasher.node(sibling, root);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      root = hasher.node(root, sibling);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 ? root : null;
}

/**
 * The two heads that a consistency proof comes to, of the first and of the second tree; null when it has not the form it must
 * have. The first must be compared by the caller as well as the second.
 *
 * @see RFC 9162 §2.1.4.2
 */
export function rootsFromConsistency(
  hasher: TreeHasher,
  first: number,
  second: number,
  firstRoot: Uint8Array,
  proof: readonly Uint8Array[],
): { readonly first: Uint8Array; readonly second: Uint8Array } | null {
  if (first < 1 || first >= second) return null;
  let fn = first - 1;
  let sn = second - 1;
  while (isOdd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  // A first tree that is one whole subtree of the second is not repeated in the proof.
  const [start, ...rest] = fn === 0 ? [firstRoot, ...proof] : proof;
  if (start === undefined) return null;
  let firstHead = start;
  let secondHead = start;
  for (const head of rest) {
    if (sn === 0) return null;
    if (isOdd(fn) || fn === sn) {
      firstHead = hasher.node(head, firstHead);
      secondHead = hasher.node(head, secondHead);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      secondHead = hasher.node(secondHead, head);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 ? { first: firstHead, second: secondHead } : null;
}
