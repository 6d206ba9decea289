import { concatBytes, fromHex, toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import type { AuditEntry } from '../services/ports/records.ts';
import { canonicalEntry } from './entry.ts';
import { type ForEachTree, Frontier, treeHasher } from './merkle-tree.ts';

/** Every so many levels the heads of whole subtrees are kept; what lies between is computed when a proof needs it. */
export const storedLevels = 8;

const digestLength = 32;

/** The right edge of both trees, as the database keeps it: heads in hex, one after the other. */
export interface LogEdge {
  readonly size: number;
  readonly frontier: ForEachTree<string>;
}

/** An entry, or a row that may have been tampered with: what is hashed is what is there. */
export type EntryRow = { readonly [Field in keyof AuditEntry]: AuditEntry[Field] extends number ? number : string };

export interface GrownLog extends LogEdge {
  readonly nodes: readonly {
    readonly level: number;
    readonly position: number;
    readonly sm3: string;
    readonly sha256: string;
  }[];
}

/** Both trees at their edge. */
export class LogTrees {
  readonly #ops: Pick<CryptoOps, 'digest'>;
  readonly sm3: Frontier;
  readonly sha256: Frontier;

  constructor({ size, frontier }: LogEdge, ops: Pick<CryptoOps, 'digest'>) {
    this.#ops = ops;
    this.sm3 = new Frontier(treeHasher(ops, 'sm3'), size, splitHeads(frontier.sm3));
    this.sha256 = new Frontier(treeHasher(ops, 'sha256'), size, splitHeads(frontier.sha256));
  }

  get size(): number {
    return this.sm3.size;
  }

  /** @returns the stored nodes that this entry completes */
  append(entry: EntryRow): GrownLog['nodes'] {
    const bytes = canonicalEntry(entry as AuditEntry);
    const found = new Map<number, { position: number; sm3: string; sha256: string }>();
    this.sm3.append(treeHasher(this.#ops, 'sm3').leaf(bytes), (level, position, head) => {
      if (level % storedLevels === 0) found.set(level, { position, sm3: toHex(head), sha256: '' });
    });
    this.sha256.append(treeHasher(this.#ops, 'sha256').leaf(bytes), (level, _position, head) => {
      const node = found.get(level);
      if (node !== undefined) node.sha256 = toHex(head);
    });
    return [...found].map(([level, node]) => ({ level, ...node }));
  }

  roots(): ForEachTree<string> {
    return { sm3: toHex(this.sm3.root()), sha256: toHex(this.sha256.root()) };
  }

  edge(): LogEdge {
    return { size: this.size, frontier: { sm3: joinHeads(this.sm3.heads), sha256: joinHeads(this.sha256.heads) } };
  }
}

/** The log with these entries after its end. */
export function growLog(edge: LogEdge, entries: readonly EntryRow[], ops: Pick<CryptoOps, 'digest'>): GrownLog {
  const trees = new LogTrees(edge, ops);
  const nodes = entries.flatMap((entry) => trees.append(entry));
  return { ...trees.edge(), nodes };
}

function splitHeads(hex: string): readonly Uint8Array[] {
  const bytes = fromHex(hex);
  return Array.from({ length: bytes.length / digestLength }, (_, index) =>
    bytes.slice(index * digestLength, (index + 1) * digestLength),
  );
}

const joinHeads = (heads: readonly Uint8Array[]): string => toHex(concatBytes(...heads));
