import { fromHex, toHex } from '@onelock/core/bytes';
import type { AuditEntry, Checkpoint } from '../api.ts';
import { detailsBytes, entryBytes } from './canonical.ts';
import { isSigned, type ServiceKey } from './checkpoints.ts';
import { erasureOf } from './erasures.ts';
import { type ForEachTree, type Hashes, treeNames } from './hashes.ts';
import { GrowingTree, leafOf } from './merkle.ts';
import { isBelievable, isChain, nameAt, type Restoration, readRestoration, restorationAction } from './restorations.ts';

/** What of a walk is shown. */
export type WalkProgress = Pick<WalkState, 'size' | 'detailsErased' | 'checkpoints'>;

/** How far a walk has come: enough to go on from there, today or next week. */
export interface WalkState {
  readonly size: number;
  /** Heads of whole subtrees by level, hex. */
  readonly edge: ForEachTree<readonly (string | null)[]>;
  /** Entries without details that no recorded erasure has covered yet, with their retention. */
  readonly missing: readonly (readonly [sequence: number, retainUntil: string])[];
  readonly detailsErased: number;
  /** Checkpoints that agree, with their signatures. */
  readonly checkpoints: number;
}

export const beginning: WalkState = {
  ...{ size: 0, edge: { sm3: [], sha256: [] }, missing: [], detailsErased: 0, checkpoints: 0 },
};

/** What is wrong, at which entry. */
export const faultRules = [
  ...(['sequence', 'details-changed', 'details-removed'] as const),
  ...(['checkpoint', 'checkpoint-signature', 'checkpoint-of-another-log', 'restoration', 'head'] as const),
] as const;
export type FaultRule = (typeof faultRules)[number];

export class LogFault extends Error {
  readonly sequence: number;
  readonly rule: FaultRule;

  constructor(sequence: number, rule: FaultRule) {
    super(`entry ${sequence}: ${rule}`);
    this.sequence = sequence;
    this.rule = rule;
  }
}

/** Walks the log from where `state` stands: every entry under both trees, its details under it, the heads at every checkpoint. */
export class LogWalk {
  readonly #hashes: Hashes;
  readonly #keys: readonly ServiceKey[];
  readonly #log: string;
  readonly #restorations: readonly Restoration[];
  readonly #checkpoints: ReadonlyMap<number, Checkpoint>;
  readonly #trees: ForEachTree<GrowingTree>;
  readonly #missing: Map<number, string>;
  #size: number;
  #erased: number;
  #agreeing: number;

  constructor(
    hashes: Hashes,
    {
      log,
      keys,
      checkpoints,
      restorations = [],
    }: {
      readonly log: string;
      readonly keys: readonly ServiceKey[];
      readonly checkpoints: readonly Checkpoint[];
      /** All that the log declares, in order. */
      readonly restorations?: readonly Restoration[];
    },
    state: WalkState,
  ) {
    this.#hashes = hashes;
    this.#keys = keys;
    this.#log = log;
    this.#restorations = restorations;
    this.#checkpoints = new Map(checkpoints.map((one) => [one.size, one]));
    const treeAt = (tree: 'sm3' | 'sha256') =>
      new GrowingTree(
        hashes[tree],
        state.edge[tree].map((head) => (head === null ? null : fromHex(head))),
      );
    this.#trees = { sm3: treeAt('sm3'), sha256: treeAt('sha256') };
    this.#missing = new Map(state.missing);
    this.#size = state.size;
    this.#erased = state.detailsErased;
    this.#agreeing = state.checkpoints;
  }

  get progress(): WalkProgress {
    return { size: this.#size, detailsErased: this.#erased, checkpoints: this.#agreeing };
  }

  /** Entries without details that wait for the entry which says why. */
  get missing(): number {
    return this.#missing.size;
  }

  get state(): WalkState {
    const edgeOf = (tree: 'sm3' | 'sha256') =>
      this.#trees[tree].edge.map((head) => (head === null ? null : toHex(head)));
    return {
      ...{ size: this.#size, edge: { sm3: edgeOf('sm3'), sha256: edgeOf('sha256') } },
      ...{ missing: [...this.#missing], detailsErased: this.#erased, checkpoints: this.#agreeing },
    };
  }

  /** @throws {LogFault} */
  async take(entries: readonly AuditEntry[]): Promise<void> {
    for (const [index, { sequence }] of entries.entries())
      if (sequence !== this.#size + index + 1) throw new LogFault(this.#size + index + 1, 'sequence');
    await this.#checkDetails(entries);
    for (const entry of entries) this.#noteErasures(entry);
    for (const part of this.#partsUpToCheckpoints(entries)) {
      const [first] = part;
      if (first?.action === restorationAction) await this.#checkRestoration(first);
      const bytes = part.map(entryBytes);
      for (const tree of treeNames) {
        const hash = this.#hashes[tree];
        await this.#trees[tree].append(await Promise.all(bytes.map((one) => leafOf(hash, one))));
      }
      this.#size += part.length;
      await this.#checkCheckpoint();
    }
  }

  /** Whether the log's head, as the service tells it, is the one that was walked to. @throws {LogFault} */
  async finish(head: { readonly size: number } & ForEachTree<string>): Promise<ForEachTree<string>> {
    const [lost] = this.#missing.keys();
    if (lost !== undefined) throw new LogFault(lost, 'details-removed');
    const roots = await this.roots();
    if (head.size !== this.#size || treeNames.some((tree) => roots[tree] !== head[tree]))
      throw new LogFault(this.#size, 'head');
    return roots;
  }

  async roots(): Promise<ForEachTree<string>> {
    return { sm3: toHex(await this.#trees.sm3.root()), sha256: toHex(await this.#trees.sha256.root()) };
  }

  async #checkDetails(entries: readonly AuditEntry[]): Promise<void> {
    await Promise.all(
      entries.map(async (entry) => {
        const bytes = detailsBytes(entry);
        if (bytes === null) return;
        const [sm3, sha256] = await Promise.all(treeNames.map((tree) => this.#hashes[tree](bytes)));
        if (
          sm3 === undefined ||
          toHex(sm3) !== entry.detailsSm3 ||
          sha256 === undefined ||
          toHex(sha256) !== entry.detailsSha256
        )
          throw new LogFault(entry.sequence, 'details-changed');
      }),
    );
  }

  /** Details that are gone have to be covered by a later entry which says that they were erased. */
  #noteErasures(entry: AuditEntry): void {
    const erasure = erasureOf(entry);
    if (erasure !== null)
      for (const [sequence, until] of this.#missing)
        if (erasure.kind === 'entries' ? erasure.sequences.has(sequence) : until < erasure.before) {
          this.#missing.delete(sequence);
          this.#erased += 1;
        }
    if (entry.details === null) this.#missing.set(entry.sequence, entry.retainUntil);
  }

  /** Each part ends where a checkpoint or a declaration speaks of the log, or with the entries. */
  #partsUpToCheckpoints(entries: readonly AuditEntry[]): readonly (readonly AuditEntry[])[] {
    const parts: AuditEntry[][] = [[]];
    for (const entry of entries) {
      // What a declaration says of the log before it is held against the log before it.
      if (entry.action === restorationAction) parts.push([]);
      parts.at(-1)?.push(entry);
      if (this.#checkpoints.has(entry.sequence)) parts.push([]);
    }
    return parts.filter((part) => part.length > 0);
  }

  async #checkRestoration(entry: AuditEntry): Promise<void> {
    const restoration = readRestoration(entry);
    const roots = await this.roots();
    const told = this.#restorations.some(
      ({ sequence, target }) => sequence === entry.sequence && target === entry.target,
    );
    const holds =
      restoration !== null &&
      told &&
      isChain(this.#restorations, this.#log) &&
      isBelievable(restoration, this.#keys, this.#hashes) &&
      treeNames.every((tree) => restoration.heads[tree] === roots[tree]);
    if (!holds) throw new LogFault(entry.sequence, 'restoration');
  }

  async #checkCheckpoint(): Promise<void> {
    const checkpoint = this.#checkpoints.get(this.#size);
    if (checkpoint === undefined) return;
    if (checkpoint.log !== nameAt(this.#restorations, this.#log, this.#size))
      throw new LogFault(this.#size, 'checkpoint-of-another-log');
    if (!isSigned(checkpoint, this.#keys, this.#hashes)) throw new LogFault(this.#size, 'checkpoint-signature');
    const roots = await this.roots();
    if (treeNames.some((tree) => roots[tree] !== checkpoint[tree])) throw new LogFault(this.#size, 'checkpoint');
    this.#agreeing += 1;
  }
}
