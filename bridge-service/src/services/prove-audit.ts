import { fromHex, toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { canonicalEntry } from '../audit/entry.ts';
import { LogTrees, storedLevels } from '../audit/grow-log.ts';
import {
  consistencyRanges,
  type ForEachTree,
  inclusionRanges,
  type LeafRange,
  splitPoint,
  type TreeHasher,
  treeHasher,
} from '../audit/merkle-tree.ts';
import type { Ports } from './ports/ports.ts';
import type { AuditReadings } from './ports/store.ts';

type ProofPorts = Pick<Ports, 'ops'> & { readonly store: { readonly audit: AuditReadings } };

/** The log as it stands. Heads are hex. */
export interface AuditHeadView extends ForEachTree<string> {
  readonly log: string;
  readonly size: number;
}

/** Hashes in hex, nearest the leaf first. */
export interface TreeProof {
  readonly root: string;
  readonly path: readonly string[];
}

export interface InclusionProof extends ForEachTree<TreeProof & { readonly leaf: string }> {
  readonly sequence: number;
  readonly size: number;
}

export interface ConsistencyProof extends ForEachTree<TreeProof & { readonly firstRoot: string }> {
  readonly first: number;
  readonly second: number;
}

export async function auditHead({ store, ops }: ProofPorts): Promise<AuditHeadView> {
  const { log, ...edge } = await store.audit.head();
  return { log, size: edge.size, ...new LogTrees(edge, ops).roots() };
}

/**
 * Shows that an entry is in the log of so many entries (all of them when absent).
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND when the log of that size has no such entry
 * @see RFC 6962 §2.1.1
 */
export async function proveInclusion(
  ports: ProofPorts,
  sequence: number,
  asked: number | undefined,
): Promise<InclusionProof> {
  const head = await ports.store.audit.head();
  const size = asked ?? head.size;
  if (sequence < 1 || sequence > size || size > head.size) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const heads = new SubtreeHeads(ports);
  const [leaf, root, path] = [
    await heads.of([sequence - 1, sequence]),
    await heads.of([0, size]),
    await heads.all(inclusionRanges(sequence - 1, size)),
  ];
  const of = (tree: keyof ForEachTree<string>) => ({
    leaf: leaf[tree],
    root: root[tree],
    path: path.map((one) => one[tree]),
  });
  return { sequence, size, sm3: of('sm3'), sha256: of('sha256') };
}

/**
 * Shows that the log of `second` entries begins with the log of `first`: nothing that was in it has been changed or taken out.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND when the log was never so long; ERR_REQUEST_INVALID when first > second
 * @see RFC 6962 §2.1.2
 */
export async function proveConsistency(
  ports: ProofPorts,
  first: number,
  asked: number | undefined,
): Promise<ConsistencyProof> {
  const head = await ports.store.audit.head();
  const second = asked ?? head.size;
  if (second > head.size || first > head.size) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  if (first > second) throw new CodedError('ERR_REQUEST_INVALID', { field: '?first', rule: 'first <= second' });
  const heads = new SubtreeHeads(ports);
  const [firstRoot, root, path] = [
    await heads.of([0, first]),
    await heads.of([0, second]),
    await heads.all(consistencyRanges(first, second)),
  ];
  const of = (tree: keyof ForEachTree<string>) => ({
    firstRoot: firstRoot[tree],
    root: root[tree],
    path: path.map((one) => one[tree]),
  });
  return { first, second, sm3: of('sm3'), sha256: of('sha256') };
}

/** Heads of runs of leaves, from the stored nodes and the entries themselves. */
class SubtreeHeads {
  readonly #audit: AuditReadings;
  readonly #hashers: ForEachTree<TreeHasher>;

  constructor({ store, ops }: ProofPorts) {
    this.#audit = store.audit;
    this.#hashers = { sm3: treeHasher(ops, 'sm3'), sha256: treeHasher(ops, 'sha256') };
  }

  async all(ranges: readonly LeafRange[]): Promise<readonly ForEachTree<string>[]> {
    const heads: ForEachTree<string>[] = [];
    for (const range of ranges) heads.push(await this.of(range));
    return heads;
  }

  async of([start, end]: LeafRange): Promise<ForEachTree<string>> {
    const width = end - start;
    if (width === 0) return { sm3: toHex(this.#hashers.sm3.empty()), sha256: toHex(this.#hashers.sha256.empty()) };
    const level = Math.log2(width);
    if (Number.isInteger(level)) return this.#whole(start, end, level - (level % storedLevels));
    const middle = start + splitPoint(width);
    return this.#join(await this.of([start, middle]), await this.of([middle, end]));
  }

  /** Of a whole subtree: from its parts on the nearest level that is stored. */
  async #whole(start: number, end: number, level: number): Promise<ForEachTree<string>> {
    const scale = 2 ** level;
    const parts =
      level === 0 ? await this.#leaves(start, end) : await this.#audit.nodes(level, start / scale, end / scale);
    if (parts.length !== (end - start) / scale)
      throw new Error(`the log lacks nodes of level ${level} from ${start} to ${end}`);
    return this.#fold(parts);
  }

  async #leaves(start: number, end: number): Promise<readonly ForEachTree<string>[]> {
    return (await this.#audit.entries(start, end)).map((entry) => {
      const bytes = canonicalEntry(entry);
      return { sm3: toHex(this.#hashers.sm3.leaf(bytes)), sha256: toHex(this.#hashers.sha256.leaf(bytes)) };
    });
  }

  #fold(parts: readonly ForEachTree<string>[]): ForEachTree<string> {
    let row = parts;
    while (row.length > 1) {
      const pairs = row;
      row = Array.from({ length: pairs.length / 2 }, (_, index) => this.#join(pairs[index * 2], pairs[index * 2 + 1]));
    }
    const [head] = row;
    if (head === undefined) throw new Error('a subtree has at least one leaf');
    return head;
  }

  #join(left: ForEachTree<string> | undefined, right: ForEachTree<string> | undefined): ForEachTree<string> {
    if (left === undefined || right === undefined) throw new Error('a node has two parts');
    const of = (tree: keyof ForEachTree<string>) =>
      toHex(this.#hashers[tree].node(fromHex(left[tree]), fromHex(right[tree])));
    return { sm3: of('sm3'), sha256: of('sha256') };
  }
}
