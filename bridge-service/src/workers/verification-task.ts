import { parseSignedData } from '@onelock/core/cms';
import { type CryptoOps, parsePublicKey, type SignatureAlgorithm } from '@onelock/core/crypto';
import type { Deviation } from '@onelock/core/deviations';
import type { TrustAnchor } from '@onelock/core/path';
import {
  type CertificateList,
  openPreparedList,
  type PreparedCertificateList,
  preparedFormOf,
} from '@onelock/core/revocation';
import {
  type CertificateReport,
  judgeCertificate,
  judgeLogin,
  judgeMessage,
  judgeSignature,
  type LoginEvidence,
  type LoginReport,
  type MessageReport,
  type SignatureReport,
  type TrustEvidence,
} from '@onelock/core/validation';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import type { Keepable, KeepingOrders, Kept } from './kept-evidence.ts';

type CertificateAnchor = Extract<TrustAnchor, { readonly kind: 'certificate' }>;

/** Anchors and certificates travel as DER: their parsed form has getters and does not cross threads. Limits go along. A long list stays where it is, in shared memory. */
export type PlainAnchor =
  | Exclude<TrustAnchor, CertificateAnchor>
  | (Omit<CertificateAnchor, 'certificate'> & { readonly der: Uint8Array | Kept });

export interface PlainEvidence extends Omit<TrustEvidence, 'intermediates' | 'trustAnchors' | 'crls'> {
  readonly intermediates: readonly (Uint8Array | Kept)[];
  readonly trustAnchors: readonly PlainAnchor[];
  readonly crls?: readonly (Uint8Array | PreparedCertificateList | Kept)[] | undefined;
  /** Of messages. */
  readonly deviations?: readonly Deviation[] | undefined;
}

/** What a worker can be asked; everything in it can be cloned. */
export type VerificationTask =
  | {
      readonly kind: 'mathematics';
      readonly spki: Uint8Array;
      readonly algorithm: SignatureAlgorithm;
      readonly message: Uint8Array;
      readonly signature: Uint8Array;
    }
  | { readonly kind: 'certificate'; readonly certificate: Uint8Array; readonly evidence: PlainEvidence }
  | {
      readonly kind: 'signature';
      readonly certificate: Uint8Array;
      readonly content: Uint8Array;
      readonly signature: Uint8Array;
      readonly algorithm: SignatureAlgorithm;
      readonly evidence: PlainEvidence;
    }
  | {
      readonly kind: 'message';
      /** DER. */
      readonly message: Uint8Array;
      readonly content: Uint8Array | undefined;
      readonly evidence: PlainEvidence;
    }
  | {
      readonly kind: 'login';
      readonly login: Pick<LoginEvidence, 'token' | 'expectedOrigin' | 'expectedChallenge'>;
      readonly evidence: PlainEvidence;
    };

/** What each kind of task is answered with. */
export interface VerificationResults {
  readonly mathematics: boolean;
  readonly certificate: CertificateReport;
  readonly signature: SignatureReport;
  readonly message: MessageReport;
  readonly login: LoginReport;
}

export function plainEvidence<T extends TrustEvidence>(evidence: T): Omit<T, keyof PlainEvidence> & PlainEvidence {
  return {
    ...evidence,
    crls: evidence.crls?.map((list) => (list instanceof Uint8Array ? list : (preparedFormOf(list) ?? list.der))),
    intermediates: evidence.intermediates.map(({ der }) => der),
    trustAnchors: evidence.trustAnchors.map((anchor): PlainAnchor => {
      if (anchor.kind !== 'certificate') return anchor;
      const { certificate, ...rest } = anchor;
      return { ...rest, der: certificate.der };
    }),
  };
}

/** Lists that a worker keeps open: their bytes stay in memory as long. */
const mostLists = 64;

/** Parsed certificates of a worker: the same anchors and intermediates come with every task. */
export class CertificateMemory {
  private readonly capacity: number;
  private readonly parsed = new Map<string, Certificate>();
  private readonly lists = new Map<string, CertificateList>();
  private readonly kept = new Map<number, Keepable>();
  private readonly keptCertificates = new Map<number, Certificate>();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  keep({ keep }: KeepingOrders): void {
    for (const [number, value] of keep) this.kept.set(number, value);
  }

  forget({ forget }: KeepingOrders): void {
    for (const number of forget) {
      this.kept.delete(number);
      this.keptCertificates.delete(number);
    }
  }

  /** @throws {CodedError} what parseCertificate throws */
  certificate(from: Uint8Array | Kept): Certificate {
    if (from instanceof Uint8Array) return this.parse(from);
    let certificate = this.keptCertificates.get(from.kept);
    if (certificate === undefined) {
      certificate = parseCertificate(this.valueOf(from) as Uint8Array);
      this.keptCertificates.set(from.kept, certificate);
    }
    return certificate;
  }

  list(from: Uint8Array | PreparedCertificateList | Kept, ops: CryptoOps): Uint8Array | CertificateList {
    const value = from instanceof Uint8Array || !('kept' in from) ? from : this.valueOf(from);
    return value instanceof Uint8Array ? value : this.open(value, ops);
  }

  private valueOf({ kept }: Kept): Keepable {
    const value = this.kept.get(kept);
    if (value === undefined) throw new Error('a task names what its thread was never given');
    return value;
  }

  /** Opened once for all judgements by it. */
  private open(prepared: PreparedCertificateList, ops: CryptoOps): CertificateList {
    const known = this.lists.get(prepared.id);
    if (known !== undefined) return known;
    const [oldest] = this.lists.keys();
    if (this.lists.size >= mostLists && oldest !== undefined) this.lists.delete(oldest);
    const list = openPreparedList(prepared, ops);
    this.lists.set(prepared.id, list);
    return list;
  }

  private parse(der: Uint8Array): Certificate {
    const name = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('latin1');
    const known = this.parsed.get(name);
    if (known !== undefined) return known;
    if (this.parsed.size >= this.capacity) this.parsed.clear();
    const certificate = parseCertificate(der);
    this.parsed.set(name, certificate);
    return certificate;
  }
}

/** Does one task: pure, but for the memory. */
export function runTask(
  task: VerificationTask,
  ops: CryptoOps,
  memory: CertificateMemory,
): VerificationResults[VerificationTask['kind']] {
  switch (task.kind) {
    case 'mathematics':
      return ops.verify(parsePublicKey(task.spki), task.algorithm, task.message, task.signature);
    case 'certificate':
      return judgeCertificate(
        { certificate: parseCertificate(task.certificate), ...revive(task.evidence, memory, ops) },
        ops,
      );
    case 'signature': {
      const { content, signature, algorithm } = task;
      const certificate = parseCertificate(task.certificate);
      return judgeSignature({ content, signature, algorithm, certificate, ...revive(task.evidence, memory, ops) }, ops);
    }
    case 'message': {
      const message = parseSignedData(task.message);
      return judgeMessage({ message, content: task.content, ...revive(task.evidence, memory, ops) }, ops);
    }
    case 'login':
      return judgeLogin({ ...task.login, ...revive(task.evidence, memory, ops) }, ops);
  }
}

function revive(
  evidence: PlainEvidence,
  memory: CertificateMemory,
  ops: CryptoOps,
): TrustEvidence & Pick<PlainEvidence, 'deviations'> {
  return {
    ...evidence,
    crls: evidence.crls?.map((list) => memory.list(list, ops)),
    intermediates: evidence.intermediates.map((der) => memory.certificate(der)),
    trustAnchors: evidence.trustAnchors.map((anchor): TrustAnchor => {
      if (anchor.kind !== 'certificate') return anchor;
      const { der, ...rest } = anchor;
      return { ...rest, certificate: memory.certificate(der) };
    }),
  };
}
