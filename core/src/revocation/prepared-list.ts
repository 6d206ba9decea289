import { toHex } from '../bytes/index.ts';
import type { CryptoOps, DigestAlgorithm, PublicKey } from '../crypto/index.ts';
import { isCodedError } from '../errors/index.ts';
import { type CertificateList, crlLimits, parseCertificateList, parseListWith } from './crl.ts';
import { type IndexedEntries, noEntries } from './crl-entries.ts';
import { knownOutcomes, rememberOutcomes, verifyEvidence } from './evidence-signature.ts';
import { SerialIndex } from './serial-index.ts';

/**
 * A list that was parsed, indexed and verified once, as plain data for other threads of the same program: with the bytes and
 * the index in shared memory, a list of a million entries costs a thread neither time nor memory.
 */
export interface PreparedCertificateList {
  /** SM3 of the bytes, hex. */
  readonly id: string;
  readonly der: Uint8Array;
  readonly words: BigUint64Array;
  readonly issuerChanges: readonly number[];
  readonly unknownCritical: string | undefined;
  /** Which keys made the signature and which did not, by SubjectPublicKeyInfo in hex. */
  readonly signatures: readonly (readonly [spki: string, genuine: boolean])[];
}

const prepared = new WeakMap<CertificateList, PreparedCertificateList>();

/**
 * Does the work of a long list: every entry checked and indexed, the signature tried with each key. The index is in shared
 * memory where the bytes are.
 *
 * @param der  must not change any more
 * @param keys  of whoever may have signed the list; those of another algorithm are passed over
 * @throws {CodedError} as {@link parseCertificateList}
 */
export function prepareCertificateList(
  der: Uint8Array,
  keys: readonly PublicKey[],
  digests: readonly DigestAlgorithm[],
  ops: CryptoOps,
): PreparedCertificateList {
  const list = parseCertificateList(der);
  for (const key of keys) tryKey(list, key, digests, ops);
  const { index, issuerChanges, unknownCritical } = list.indexed;
  return {
    ...{ id: toHex(ops.digest('sm3', der)), der, issuerChanges, unknownCritical },
    words: der.buffer instanceof ArrayBuffer ? index.sorted : shared(index.sorted),
    signatures: [...knownOutcomes(list, ops)],
  };
}

/**
 * The list again, at the cost of its few fields. Believes what was prepared: only for what this program's own threads made of
 * bytes that nobody has changed since.
 */
export function openPreparedList(from: PreparedCertificateList, ops: CryptoOps): CertificateList {
  const { der, words, issuerChanges, unknownCritical, signatures } = from;
  const entries: IndexedEntries =
    words.length === 0 ? noEntries : { index: new SerialIndex(words), issuerChanges, unknownCritical };
  const list = parseListWith(der, crlLimits, () => entries);
  rememberOutcomes(list, signatures, ops);
  prepared.set(list, from);
  return list;
}

/** What a list was opened from, if it was. */
export function preparedFormOf(list: CertificateList): PreparedCertificateList | undefined {
  return prepared.get(list);
}

function tryKey(list: CertificateList, key: PublicKey, digests: readonly DigestAlgorithm[], ops: CryptoOps): void {
  try {
    verifyEvidence(list, key, digests, ops);
  } catch (error) {
    // A key of another algorithm, a digest too weak: whoever judges by the list will say so.
    if (!isCodedError(error)) throw error;
  }
}

function shared(words: BigUint64Array): BigUint64Array {
  const copy = new BigUint64Array(new SharedArrayBuffer(words.byteLength));
  copy.set(words);
  return copy;
}
