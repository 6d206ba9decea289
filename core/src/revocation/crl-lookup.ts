import { type DerLimits, DerReader, integerBytes, timeMilliseconds } from '../asn1/index.ts';
import { type Name, sameName } from '../x509/index.ts';
import { type IndexedEntries, isPlainReason } from './crl-entries.ts';
import { type CrlEntry, type EntryExtensions, noEntryExtensions, parseEntryExtensions } from './crl-entry.ts';
import { reasonOfCode } from './reasons.ts';
import { serialDigest } from './serial-index.ts';

/** Finds entries by serial number, and by issuer in a list that speaks for several. */
export class CrlLookup {
  /** Whether some entry names its certificate's issuer: only an indirect list may. */
  readonly namesIssuers: boolean;
  readonly #der: Uint8Array;
  readonly #entries: IndexedEntries;
  readonly #listIssuer: Name;
  readonly #limits: DerLimits;

  constructor(der: Uint8Array, entries: IndexedEntries, listIssuer: Name, limits: DerLimits) {
    this.#der = der;
    this.#entries = entries;
    this.#listIssuer = listIssuer;
    this.#limits = limits;
    this.namesIssuers = entries.issuerChanges.length > 0;
  }

  /**
   * The entry for a certificate. Where a list has several, one that revokes wins over one that takes a revocation back.
   *
   * @param serialNumber  contents of the INTEGER, as {@link Certificate.serialNumberBytes}
   * @param issuer  the certificate's
   */
  find(serialNumber: Uint8Array, issuer: Name): CrlEntry | undefined {
    let found: CrlEntry | undefined;
    for (const place of this.#entries.index.places(serialDigest(serialNumber, 0, serialNumber.length))) {
      if (!this.#hasSerial(place, serialNumber) || !this.#isOf(place, issuer)) continue;
      const entry = this.#read(place).entry;
      if (entry.reason !== 'removeFromCRL') return entry;
      found = entry;
    }
    return found;
  }

  /** Straight from the bytes, which were checked when the list was parsed: this is what a look-up does most. */
  #hasSerial(place: number, serialNumber: Uint8Array): boolean {
    const der = this.#der;
    const first = der[place + 1] ?? 0;
    const serial = place + 2 + (first < 0x80 ? 0 : first & 0x7f);
    if (der[serial + 1] !== serialNumber.length) return false;
    for (let index = 0; index < serialNumber.length; index++) {
      if (der[serial + 2 + index] !== serialNumber[index]) return false;
    }
    return true;
  }

  #isOf(place: number, issuer: Name): boolean {
    if (!this.namesIssuers) return sameName(issuer, this.#listIssuer);
    const change = lastAtOrBefore(this.#entries.issuerChanges, place);
    const names = change === undefined ? undefined : this.#read(change).extensions.certificateIssuer;
    if (names === undefined) return sameName(issuer, this.#listIssuer);
    return names.some((name) => name.kind === 'directory' && sameName(name.name, issuer));
  }

  #read(place: number): { readonly entry: CrlEntry; readonly extensions: EntryExtensions } {
    const fields = this.#fields(place);
    const serialNumberBytes = integerBytes(fields.next());
    const revocationDate = new Date(timeMilliseconds(fields.next()));
    const extensions = this.#extensions(fields);
    const { reason, invalidityDate } = extensions;
    return { entry: { serialNumberBytes, revocationDate, reason, invalidityDate }, extensions };
  }

  #extensions(fields: DerReader): EntryExtensions {
    if (fields.atEnd) return noEntryExtensions;
    const node = fields.next();
    if (!isPlainReason(this.#der, node.offset, node.end)) return parseEntryExtensions(node);
    return { ...noEntryExtensions, reason: reasonOfCode(this.#der[node.end - 1] ?? 0) };
  }

  #fields(place: number): DerReader {
    return new DerReader(this.#der, place, this.#der.length, this.#limits, 4).sequence();
  }
}

/** Binary search in ascending offsets. */
function lastAtOrBefore(offsets: readonly number[], place: number): number | undefined {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return offsets[low - 1];
}
