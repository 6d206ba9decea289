import { equalBytes, fromHex, toHex } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import {
  consistencyRanges,
  Frontier,
  inclusionRanges,
  type LeafRange,
  rootFromInclusion,
  rootsFromConsistency,
  splitPoint,
  type TreeHasher,
  treeAlgorithms,
  treeHasher,
} from './merkle-tree.ts';

const ops = createNodeCrypto();

/** The tree of the reference implementation of RFC 6962: eight leaves and the head after each. */
const referenceLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const referenceHeads = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leavesOf = (hasher: TreeHasher, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => hasher.leaf(new TextEncoder().encode(`leaf ${index}`)));

/** RFC 6962 §2.1 as it is written, the slow way. */
const headOf = (hasher: TreeHasher, leaves: readonly Uint8Array[], [start, end]: LeafRange): Uint8Array => {
  const only = leaves[start];
  if (only === undefined) return hasher.empty();
  if (end - start === 1) return only;
  const middle = start + splitPoint(end - start);
  return hasher.node(headOf(hasher, leaves, [start, middle]), headOf(hasher, leaves, [middle, end]));
};

describe('the right edge of the tree', () => {
  it('comes to the published heads', () => {
    const hasher = treeHasher(ops, 'sha256');
    const frontier = new Frontier(hasher);
    expect(toHex(frontier.root())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const heads = referenceLeaves.map((leaf) => {
      frontier.append(hasher.leaf(fromHex(leaf)));
      return toHex(frontier.root());
    });
    expect(heads).toEqual(referenceHeads);
  });

  it.each(treeAlgorithms)(
    'with %s comes to what the definition says, and can be put down and taken up',
    (algorithm) => {
      const hasher = treeHasher(ops, algorithm);
      const leaves = leavesOf(hasher, 70);
      let frontier = new Frontier(hasher);
      for (const [index, leaf] of leaves.entries()) {
        frontier.append(leaf);
        frontier = new Frontier(hasher, frontier.size, frontier.heads);
        expect(toHex(frontier.root())).toBe(toHex(headOf(hasher, leaves, [0, index + 1])));
      }
    },
  );

  it('tells each subtree that a leaf completes', () => {
    const hasher = treeHasher(ops, 'sm3');
    const leaves = leavesOf(hasher, 16);
    const frontier = new Frontier(hasher);
    const nodes = new Map<string, string>();
    for (const leaf of leaves)
      frontier.append(leaf, (level, place, head) => nodes.set(`${level}/${place}`, toHex(head)));
    expect(nodes.size).toBe(15);
    for (const [name, head] of nodes) {
      const [level = 0, place = 0] = name.split('/').map(Number);
      const width = 2 ** level;
      expect(head).toBe(toHex(headOf(hasher, leaves, [place * width, (place + 1) * width])));
    }
  });

  it('is refused when it does not fit its size', () => {
    expect(() => new Frontier(treeHasher(ops, 'sm3'), 3, [new Uint8Array(32)])).toThrow(/one head for each bit/);
  });
});

describe.each(treeAlgorithms)('proofs with %s', (algorithm) => {
  const hasher = treeHasher(ops, algorithm);
  const leaves = leavesOf(hasher, 40);
  const heads = (ranges: readonly LeafRange[]) => ranges.map((range) => headOf(hasher, leaves, range));
  const root = (size: number) => headOf(hasher, leaves, [0, size]);
  const same = (a: Uint8Array | null | undefined, b: Uint8Array) => a !== null && a !== undefined && equalBytes(a, b);

  it('show each leaf in each tree, and no other leaf, place, size or longer or shorter proof', () => {
    for (let size = 1; size <= leaves.length; size++)
      for (let index = 0; index < size; index++) {
        const proof = heads(inclusionRanges(index, size));
        const leaf = leaves[index] ?? new Uint8Array();
        const check = (what: Uint8Array, at: number, of: number, by: readonly Uint8Array[]) =>
          same(rootFromInclusion(hasher, what, at, of, by), root(size));
        expect(check(leaf, index, size, proof)).toBe(true);
        expect(check(leaves[(index + 1) % 40] ?? leaf, index, size, proof)).toBe(false);
        expect(check(leaf, index, size, [...proof, leaf])).toBe(false);
        if (proof.length > 0) expect(check(leaf, index, size, proof.slice(1))).toBe(false);
        if (index + 1 < size) expect(check(leaf, index + 1, size, proof)).toBe(false);
        expect(check(leaf, size, size, proof)).toBe(false);
      }
  });

  it('show each tree to begin with each smaller one, and nothing else', () => {
    for (let second = 2; second <= leaves.length; second++)
      for (let first = 1; first < second; first++) {
        const proof = heads(consistencyRanges(first, second));
        const check = (firstRoot: Uint8Array, by: readonly Uint8Array[]) => {
          const found = rootsFromConsistency(hasher, first, second, firstRoot, by);
          return same(found?.first, root(first)) && same(found?.second, root(second));
        };
        expect(check(root(first), proof)).toBe(true);
        expect(check(root(first), [...proof, root(first)])).toBe(false);
        expect(check(root(first), proof.slice(0, -1))).toBe(false);
        const swapped = proof.map((head, at) => (at === proof.length - 1 ? hasher.leaf(head) : head));
        expect(check(root(first), swapped)).toBe(false);
      }
    expect(consistencyRanges(7, 7)).toEqual([]);
    expect(consistencyRanges(0, 7)).toEqual([]);
  });
});
