import type { CryptoOps, PublicKey } from '@onelock/core/crypto';
import type { Reason } from '@onelock/core/verdict';
import type { Checkpoint } from '../audit/checkpoint.ts';
import { hashDetails } from '../audit/entry.ts';
import { type DeclaredRestoration, Epochs } from '../audit/epochs.ts';
import { type Erasure, erasureOf } from '../audit/erasure.ts';
import { type LogEdge, LogTrees } from '../audit/grow-log.ts';
import type { ForEachTree } from '../audit/merkle-tree.ts';
import type { AuditEntryWithDetails, AuditReadings } from './ports/store.ts';

/** A point of the log that somebody noted earlier: so many entries, under this head of the SM3 tree. */
export interface NotedHead {
  readonly size: number;
  readonly sm3: string;
}

export interface AuditWitness {
  /** Kept outside the database: what it says of the log must still be so. */
  readonly checkpoints: readonly Checkpoint[];
  readonly noted: NotedHead | null;
  /** Of the service; without it checkpoints are compared and their signatures are not checked. */
  readonly key: PublicKey | null;
  /** Entries that declare restorations which whoever verifies has looked into. */
  readonly accepted?: readonly number[];
}

export interface AuditReport {
  /**
   * `indeterminate`: whole in itself, but nothing outside the database says how long it was. `continued`: whole, and it declares that it lost its
   * end once, which whoever verifies has not accepted yet.
   */
  readonly indication: 'passed' | 'failed' | 'indeterminate' | 'continued';
  readonly reason?: Reason;
  readonly entries: number;
  /** Entries whose details were erased by an act that the log records. */
  readonly detailsErased: number;
  /** Checkpoints and noted heads from outside that the log agrees with. */
  readonly checkpointsAgreeing: number;
  /** Entries under the newest of those: what came later has no witness yet. */
  readonly witnessedEntries: number;
  /** Restorations that the log declares, and checkpoints of what was lost in them: each named by one. */
  readonly restorations: readonly DeclaredRestoration[];
  readonly checkpointsLost: number;
  readonly head: NotedHead & ForEachTree<string>;
}

const pageSize = 500;

/**
 * Verifies a log that was exported, by its entries alone: every entry, every detail under its entry, details that are gone against recorded
 * erasures, and its heads at every checkpoint from outside, which alone find what was rewritten or cut off.
 *
 * @param entries  from the first; null for what cannot be read as one
 * @param details  `left-away`: nobody expects them
 */
export async function verifyAuditEntries(
  entries: AsyncIterable<AuditEntryWithDetails | null>,
  ops: CryptoOps,
  witness: AuditWitness,
  details: 'expected' | 'left-away',
): Promise<AuditReport> {
  const walk = new AuditWalk(ops, witness);
  try {
    for await (const entry of entries) {
      if (entry === null) throw new LogFault(walk.size + 1, 'unreadable');
      await walk.step(entry, null);
    }
    if (details === 'expected') walk.refuseLostDetails();
    walk.compareWitness(null);
    return walk.report();
  } catch (error) {
    if (error instanceof LogFault) return walk.report(error);
    throw error;
  }
}

/**
 * Walks the whole log: every entry under both trees, every detail under its entry, details that are gone against recorded erasures,
 * the stored nodes and the stored edge, and the log's heads at every checkpoint from outside. Only the last finds a log that was rewritten
 * or cut off by somebody who knows how.
 *
 * @param onEntry  told of each entry that holds in itself
 */
export async function verifyAudit(
  audit: Pick<AuditReadings, 'list' | 'head' | 'nodes'>,
  ops: CryptoOps,
  witness: AuditWitness,
  onEntry?: (entry: AuditEntryWithDetails) => void,
): Promise<AuditReport> {
  const walk = new AuditWalk(ops, witness);
  try {
    const before = await audit.head();
    for (let more = true; more; ) {
      const page = await audit.list({ after: walk.size, limit: pageSize }, {});
      for (const entry of page) {
        await walk.step(entry, audit);
        onEntry?.(entry);
      }
      more = page.length === pageSize;
    }
    // Entries may come while we walk, so the edge read before is the least there must be.
    if (walk.size < before.size) throw new LogFault(walk.size + 1, 'cut-off');
    const after = await audit.head();
    walk.compareEdge(after);
    walk.refuseLostDetails();
    walk.compareWitness(walk.isCalled(before.log) ? before.log : after.log);
    return walk.report();
  } catch (error) {
    if (error instanceof LogFault) return walk.report(error);
    throw error;
  }
}

class LogFault extends Error {
  readonly sequence: number;
  readonly rule: string;

  constructor(sequence: number, rule: string) {
    super(`entry ${sequence}: ${rule}`);
    this.sequence = sequence;
    this.rule = rule;
  }
}

class AuditWalk {
  readonly #ops: CryptoOps;
  readonly #witness: AuditWitness;
  readonly #trees: LogTrees;
  /** Heads at the sizes that the witness speaks of. */
  readonly #heads = new Map<number, ForEachTree<string>>();
  readonly #wanted: ReadonlySet<number>;
  /** Entries without details that no erasure has covered yet, with their retention. */
  readonly #missing = new Map<number, string>();
  readonly #agreeing: number[] = [];
  readonly #epochs: Epochs;
  #erased = 0;
  #lost = 0;

  constructor(ops: CryptoOps, witness: AuditWitness) {
    this.#ops = ops;
    this.#epochs = new Epochs(ops, witness.key);
    this.#witness = witness;
    this.#trees = new LogTrees({ size: 0, frontier: { sm3: '', sha256: '' } }, ops);
    const { checkpoints, noted } = witness;
    this.#wanted = new Set([...checkpoints, ...(noted === null ? [] : [noted])].map(({ size }) => size));
    this.#noteHead();
  }

  get size(): number {
    return this.#trees.size;
  }

  /** @param audit  where nodes are stored; null where there are none to compare */
  async step(entry: AuditEntryWithDetails, audit: Pick<AuditReadings, 'nodes'> | null): Promise<void> {
    const { sequence, details } = entry;
    if (sequence !== this.size + 1) throw new LogFault(this.size + 1, 'sequence');
    if (details !== null) {
      const { sm3, sha256 } = hashDetails(details, this.#ops);
      if (sm3 !== entry.detailsSm3 || sha256 !== entry.detailsSha256) throw new LogFault(sequence, 'details-changed');
    }
    const unbelievable = this.#epochs.take(entry, () => this.#trees.roots());
    if (unbelievable !== null) throw new LogFault(sequence, unbelievable);
    for (const { level, position, sm3, sha256 } of this.#trees.append(entry)) {
      if (audit === null) continue;
      const [stored] = await audit.nodes(level, position, position + 1);
      if (stored?.sm3 !== sm3 || stored.sha256 !== sha256) throw new LogFault(sequence, 'stored-node');
    }
    this.#noteHead();
    if (details === null) this.#missing.set(sequence, entry.retainUntil);
    const erasure = erasureOf(entry);
    if (erasure !== null) this.#cover(erasure);
  }

  isCalled(log: string): boolean {
    return this.#epochs.isCalled(log);
  }

  compareEdge(edge: LogEdge): void {
    if (edge.size < this.size) throw new LogFault(edge.size + 1, 'stored-head');
    if (edge.size > this.size) return;
    const { frontier } = this.#trees.edge();
    if (edge.frontier.sm3 !== frontier.sm3 || edge.frontier.sha256 !== frontier.sha256)
      throw new LogFault(this.size, 'stored-head');
  }

  refuseLostDetails(): void {
    const [lost] = this.#missing.keys();
    if (lost !== undefined) throw new LogFault(lost, 'details-removed');
  }

  /** @param log  its name; null where nothing says it */
  compareWitness(log: string | null): void {
    const { checkpoints, noted } = this.#witness;
    if (log !== null && !this.#epochs.isCalled(log)) throw new LogFault(this.size, 'log-name');
    for (const checkpoint of checkpoints) {
      const found = this.#epochs.hold(checkpoint, log, this.#heads.get(checkpoint.size));
      if (found === 'agrees') this.#agreeing.push(checkpoint.size);
      else if (found === 'lost') this.#lost += 1;
      else throw new LogFault(found.fault === 'cut-off' ? this.size + 1 : checkpoint.size, found.fault);
    }
    if (noted !== null) this.#compareNoted(noted);
  }

  report(fault?: LogFault): AuditReport {
    const figures = {
      entries: this.size,
      detailsErased: this.#erased,
      checkpointsAgreeing: this.#agreeing.length,
      witnessedEntries: this.#agreeing.reduce((most, size) => Math.max(most, size), 0),
      restorations: this.#epochs.declared,
      checkpointsLost: this.#lost,
      head: { size: this.size, ...this.#trees.roots() },
    };
    if (fault !== undefined) {
      const { sequence, rule } = fault;
      return {
        indication: 'failed',
        reason: { code: 'ERR_SERVICE_AUDIT_BROKEN', params: { sequence, rule } },
        ...figures,
      };
    }
    if (figures.witnessedEntries === 0)
      return { indication: 'indeterminate', reason: { code: 'ERR_SERVICE_AUDIT_UNWITNESSED', params: {} }, ...figures };
    const open = figures.restorations.find(
      ({ sequence, signatureChecked }) => !signatureChecked || this.#witness.accepted?.includes(sequence) !== true,
    );
    if (open === undefined) return { indication: 'passed', ...figures };
    const { sequence, at, kept, lostFrom, lostTo, by } = open;
    const params = { sequence, at, kept, lostFrom, lostTo, by };
    return { indication: 'continued', reason: { code: 'ERR_SERVICE_AUDIT_CONTINUED', params }, ...figures };
  }

  #compareNoted({ size, sm3 }: NotedHead): void {
    if (size > this.size) throw new LogFault(this.size + 1, 'cut-off');
    if (this.#heads.get(size)?.sm3 !== sm3) throw new LogFault(size, 'noted-head');
    this.#agreeing.push(size);
  }

  #noteHead(): void {
    if (this.#wanted.has(this.size)) this.#heads.set(this.size, this.#trees.roots());
  }

  /** An erasure covers entries before it alone. */
  #cover(erasure: Erasure): void {
    const covered =
      erasure.kind === 'entries'
        ? erasure.sequences.filter((sequence) => this.#missing.has(sequence))
        : [...this.#missing].flatMap(([sequence, until]) => (until < erasure.before ? [sequence] : []));
    for (const sequence of covered) this.#missing.delete(sequence);
    this.#erased += covered.length;
  }
}
