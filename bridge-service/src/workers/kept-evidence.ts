import type { PreparedCertificateList } from '@onelock/core/revocation';
import type { PlainAnchor, PlainEvidence, VerificationTask } from './verification-task.ts';

/** Stands in a task for what its thread has been given before. */
export interface Kept {
  readonly kept: number;
}

/** A certificate or a list that comes with task after task. */
export type Keepable = Uint8Array | PreparedCertificateList;

/** What goes to a thread beside a batch: to be kept before its tasks are done, and to be forgotten after them. */
export interface KeepingOrders {
  readonly keep: readonly (readonly [number: number, value: Keepable])[];
  readonly forget: readonly number[];
}

/** Lists whose bytes a thread holds in memory. */
const mostLists = 64;
const mostCertificates = 1024;

/** Met once before, on whichever thread: what comes a second time will come a third. Certificates of one question never do. */
const met = new WeakSet<Keepable>();

/**
 * What one thread keeps, as the pool knows it. Certificates of the registry and the lists of its CAs are the same objects in
 * every task: each is sent once and then named by number, as copying them costs more than the rest of the post.
 */
export class KeptByThread {
  private readonly certificates = new Map<Keepable, number>();
  private readonly lists = new Map<Keepable, number>();
  private keep: (readonly [number, Keepable])[] = [];
  private forget: number[] = [];
  private next = 1;

  /** A task in the form in which it travels. */
  pack(task: VerificationTask): VerificationTask {
    if (task.kind === 'mathematics') return task;
    return { ...task, evidence: this.packEvidence(task.evidence) };
  }

  /** What the tasks packed since the last call rely on. */
  orders(): KeepingOrders {
    const orders = { keep: this.keep, forget: this.forget };
    this.keep = [];
    this.forget = [];
    return orders;
  }

  private packEvidence(evidence: PlainEvidence): PlainEvidence {
    return {
      ...evidence,
      intermediates: evidence.intermediates.map((der) => this.named(der, this.certificates, mostCertificates)),
      trustAnchors: evidence.trustAnchors.map((anchor): PlainAnchor => {
        if (anchor.kind !== 'certificate') return anchor;
        return { ...anchor, der: this.named(anchor.der, this.certificates, mostCertificates) };
      }),
      crls: evidence.crls?.map((list) => this.named(list, this.lists, mostLists)),
    };
  }

  private named<T extends Keepable>(value: T | Kept, known: Map<Keepable, number>, most: number): T | Kept {
    if ('kept' in value) return value;
    const number = known.get(value);
    if (number !== undefined) return { kept: number };
    if (!met.has(value)) {
      met.add(value);
      return value;
    }
    const [oldest] = known;
    if (known.size >= most && oldest !== undefined) {
      known.delete(oldest[0]);
      this.forget.push(oldest[1]);
    }
    const kept = this.next++;
    known.set(value, kept);
    this.keep.push([kept, value]);
    return { kept };
  }
}
