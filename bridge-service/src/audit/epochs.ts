import type { CryptoOps, PublicKey } from '@onelock/core/crypto';
import type { AuditEntryWithDetails } from '../services/ports/store.ts';
import { type Checkpoint, checkpointIsBy } from './checkpoint.ts';
import type { ForEachTree } from './merkle-tree.ts';
import {
  lostHeadOf,
  type Restoration,
  type RestorationDetails,
  readRestorationDetails,
  restorationIsBy,
  restorationOf,
} from './restoration.ts';

/** A restoration that the log declares, as a report tells of it. */
export interface DeclaredRestoration {
  /** Of the entry that declares it. */
  readonly sequence: number;
  readonly at: string;
  readonly reason: string;
  readonly by: string;
  readonly approvedBy: string | null;
  /** Entries that are there as they were; those from `lostFrom` to `lostTo` of the earlier branch are lost. */
  readonly kept: number;
  readonly lostFrom: number;
  readonly lostTo: number;
  /** Entries written after the restoration and before it was declared. */
  readonly undeclared: number;
  /** Id of the service's key that signed it. */
  readonly key: string;
  /** Whether the signature was checked: false where no key was given. */
  readonly signatureChecked: boolean;
}

/** What is wrong with a declaration, or with a checkpoint held against the log; null when nothing is. */
export type EpochFault = string | null;

const nameOf = (...parts: readonly (string | number)[]): string => parts.join(':');

/**
 * The names under which a log went on, one after the other, and what it declared lost on the way. A declaration is believed as far as it goes and no
 * further: what a witness kept must agree with the log, or be named in it.
 */
export class Epochs {
  readonly #ops: CryptoOps;
  readonly #key: PublicKey | null;
  /** Names with the sizes at which they were those of the log. */
  readonly #names: { log: string; from: number; to: number }[] = [];
  readonly #lost = new Set<string>();
  readonly declared: DeclaredRestoration[] = [];

  constructor(ops: CryptoOps, key: PublicKey | null) {
    this.#ops = ops;
    this.#key = key;
  }

  /** @param heads  of the log before this entry */
  take(entry: AuditEntryWithDetails, heads: () => ForEachTree<string>): EpochFault {
    const restoration = restorationOf(entry);
    if (restoration === null) return null;
    const details = readRestorationDetails(entry);
    if (restoration === 'unreadable' || details === null) return 'restoration-unreadable';
    return this.#faultOf(restoration, details, entry, heads()) ?? this.#believe(restoration, details, entry);
  }

  #faultOf(
    restoration: Restoration,
    details: RestorationDetails,
    { sequence, at }: AuditEntryWithDetails,
    heads: ForEachTree<string>,
  ): EpochFault {
    const { log, kept, lostTo, written, next } = restoration;
    const last = this.#names.at(-1);
    // Whatever follows a name that ended already is another branch of the same log.
    if (last !== undefined && last.log !== log) return 'restoration-forked';
    if (next === log || this.#names.some((one) => one.log === next)) return 'restoration-forked';
    const sizes = details.lost.map(([, size]) => size);
    const holds =
      written === sequence - 1 &&
      kept <= written &&
      details.heads.sm3 === heads.sm3 &&
      details.heads.sha256 === heads.sha256 &&
      sizes.length > 0 &&
      sizes.every((size) => size > kept) &&
      sizes.reduce((most, size) => Math.max(most, size), 0) === lostTo;
    if (!holds) return 'restoration-false';
    const signed = this.#key === null || restorationIsBy(restoration, at, details, this.#key, this.#ops);
    return signed ? null : 'restoration-signature';
  }

  #believe(
    { log, kept, lostTo, written, next }: Restoration,
    { reason, by, approvedBy, lost, key }: RestorationDetails,
    { sequence, at }: AuditEntryWithDetails,
  ): null {
    const last = this.#names.at(-1);
    if (last === undefined) this.#names.push({ log, from: 0, to: written });
    else last.to = written;
    this.#names.push({ log: next, from: sequence, to: Number.POSITIVE_INFINITY });
    for (const head of lost) this.#lost.add(nameOf(...head));
    this.declared.push({
      ...{ sequence, at, reason, by, approvedBy, kept, lostFrom: kept + 1, lostTo },
      ...{ undeclared: written - kept, key, signatureChecked: this.#key !== null },
    });
    return null;
  }

  /** Whether the log may have this name now: true where nothing was declared. */
  isCalled(log: string): boolean {
    const last = this.#names.at(-1);
    return last === undefined || last.log === log;
  }

  /**
   * Of a checkpoint that a witness kept: whether the log agrees with it, or declares it lost.
   *
   * @param log  present name of the log; null where nothing but its declarations says it
   * @param head  of the log at the checkpoint's size; undefined when it is shorter
   */
  hold(
    checkpoint: Checkpoint,
    log: string | null,
    head: ForEachTree<string> | undefined,
  ): 'agrees' | 'lost' | { readonly fault: string } {
    const named = this.#names.find((one) => one.log === checkpoint.log);
    const lost = this.#lost.has(nameOf(...lostHeadOf(checkpoint)));
    const ours = this.#names.length === 0 ? log === null || log === checkpoint.log : named !== undefined;
    if (!ours && !lost) return { fault: 'checkpoint-of-another-log' };
    if (this.#key !== null && !checkpointIsBy(checkpoint, this.#key, this.#ops))
      return { fault: 'checkpoint-signature' };
    const within = named === undefined || (checkpoint.size >= named.from && checkpoint.size <= named.to);
    const same = head !== undefined && head.sm3 === checkpoint.sm3 && head.sha256 === checkpoint.sha256;
    if (ours && within && same) return 'agrees';
    if (lost) return 'lost';
    return { fault: head === undefined ? 'cut-off' : 'checkpoint' };
  }
}
