import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { overLimit, readLimits } from './limits.ts';

const pageBytes = 256 * 1024;
const pagesKept = 32;

/**
 * The texts that the cells of a workbook name by number: tens of thousands of certificates, so they stand in a file on the disk, and
 * in memory there are eight bytes for each and a few pages. Sheets name them mostly in order.
 */
export class SharedStrings {
  readonly #file: string;
  readonly #descriptor: number;
  #ends = new Float64Array(1024);
  #count = 0;
  #size = 0;
  #written = 0;
  #waiting: Buffer[] = [];
  readonly #pages = new Map<number, Buffer>();

  /** @param file  does not exist yet */
  constructor(file: string) {
    this.#file = file;
    this.#descriptor = openSync(file, 'wx+', 0o600);
  }

  /** @throws {CodedError} ERR_IMPORT_LIMIT */
  add(text: string): void {
    if (this.#count >= readLimits.sharedStrings) throw overLimit('shared texts', readLimits.sharedStrings);
    const bytes = Buffer.from(text, 'utf8');
    this.#size += bytes.length;
    if (this.#size > readLimits.sharedStringBytes)
      throw overLimit('bytes of shared texts', readLimits.sharedStringBytes);
    if (this.#count === this.#ends.length) {
      const longer = new Float64Array(this.#ends.length * 2);
      longer.set(this.#ends);
      this.#ends = longer;
    }
    this.#ends[this.#count] = this.#size;
    this.#count += 1;
    this.#waiting.push(bytes);
    if (this.#size - this.#written > 4 * pageBytes) this.#write();
  }

  at(index: number): string | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) return undefined;
    this.#write();
    const start = index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
    const end = this.#ends[index] ?? start;
    const parts: Buffer[] = [];
    for (let at = start; at < end; ) {
      const page = Math.floor(at / pageBytes);
      const bytes = this.#page(page);
      const from = at - page * pageBytes;
      const part = bytes.subarray(from, Math.min(bytes.length, from + end - at));
      if (part.length === 0) break;
      parts.push(part);
      at += part.length;
    }
    const [only] = parts;
    return (parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)).toString('utf8');
  }

  close(): void {
    closeSync(this.#descriptor);
    rmSync(this.#file, { force: true });
  }

  #write(): void {
    if (this.#waiting.length === 0) return;
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    for (let at = 0; at < bytes.length; )
      at += writeSync(this.#descriptor, bytes, at, bytes.length - at, this.#written + at);
    this.#written += bytes.length;
    this.#pages.clear();
  }

  #page(number: number): Buffer {
    const known = this.#pages.get(number);
    if (known !== undefined) return known;
    const bytes = Buffer.allocUnsafe(pageBytes);
    const length = readSync(this.#descriptor, bytes, 0, pageBytes, number * pageBytes);
    if (this.#pages.size >= pagesKept) {
      const [oldest] = this.#pages.keys();
      if (oldest !== undefined) this.#pages.delete(oldest);
    }
    const page = bytes.subarray(0, length);
    this.#pages.set(number, page);
    return page;
  }
}
