import { CodedError } from '@onelock/core/errors';
import type { CertificateList, PreparedCertificateList } from '@onelock/core/revocation';
import { shownUrl } from '../outbound/index.ts';
import type { StoredList } from '../services/ports/evidence-store.ts';

/** A list that a source offers, read. */
export interface OfferedList {
  readonly url: string;
  readonly list: CertificateList;
  readonly prepared: PreparedCertificateList;
  /** SM3 of each key that was tried, hex, by its SubjectPublicKeyInfo in hex. */
  readonly keyNames: ReadonlyMap<string, string>;
}

/**
 * Whether a list takes the place of the known one: it is signed by a key of its issuer, it is not from the future, and its number
 * does not go back. A source that was restored from an old copy, or somebody on the way who replays an old list, would otherwise
 * make revoked certificates good again.
 *
 * @returns name of the key that signed it
 * @throws {CodedError} ERR_EVIDENCE_REJECTED { url, cause }, ERR_EVIDENCE_WENT_BACK { url, known, offered }
 */
export function acceptList(offered: OfferedList, known: StoredList | undefined, now: Date): string {
  const { list, prepared } = offered;
  const url = shownUrl(offered.url);
  const genuine = prepared.signatures.find(([, isGenuine]) => isGenuine);
  if (genuine === undefined) {
    const cause = offered.keyNames.size === 0 ? 'ERR_REVOCATION_SIGNER_UNKNOWN' : 'ERR_REVOCATION_SIGNATURE_INVALID';
    throw new CodedError('ERR_EVIDENCE_REJECTED', { url, cause });
  }
  if (list.thisUpdate > now)
    throw new CodedError('ERR_EVIDENCE_REJECTED', { url, cause: 'ERR_REVOCATION_NOT_YET_VALID' });
  const signer = offered.keyNames.get(genuine[0]) ?? '';
  if (known !== undefined && known.signer === signer) refuseOlder(list, known, url);
  return signer;
}

/** A new key begins a new series of numbers (RFC 5280 §5.2.3 speaks of one scope and one issuer). */
function refuseOlder(list: CertificateList, known: StoredList, url: string): void {
  const { crlNumber, thisUpdate } = list;
  if (crlNumber !== undefined && known.crlNumber !== null && crlNumber < known.crlNumber)
    throw new CodedError('ERR_EVIDENCE_WENT_BACK', { url, known: `${known.crlNumber}`, offered: `${crlNumber}` });
  const numberGrew = crlNumber !== undefined && known.crlNumber !== null && crlNumber > known.crlNumber;
  const offered = thisUpdate.toISOString();
  if (!numberGrew && offered < known.thisUpdate)
    throw new CodedError('ERR_EVIDENCE_WENT_BACK', { url, known: known.thisUpdate, offered });
}
