import { equalBytes } from '../../bytes/compare.ts';
import type { GmEngine, GmTable } from './engine.ts';
import { pointInvalid } from './sm2-public-key.ts';
import { zaBy } from './za.ts';

export interface TableOptions {
  /** Keys with tables, the least recently used forgotten first; about 90 kB each in the addon, 120 kB in WASM. 0: none. */
  readonly precomputedKeys: number;
  /** A table is made at this use of a key. It costs about as much as 15 verifications and makes each three times as fast. */
  readonly precomputeAfter: number;
}

export const defaultTables: TableOptions = { precomputedKeys: 32, precomputeAfter: 32 };

/** What is remembered of a key that was met: public data, found again by all its bytes. */
interface Known {
  readonly point: Uint8Array;
  uses: number;
  table?: GmTable;
  za?: { readonly userId: Uint8Array; readonly bytes: Uint8Array };
}

/** Keys remembered while they have no table yet. */
const rememberedKeys = 1024;

/** Verifies with the engine, and sooner with keys that are met often: a certificate authority's, a platform's. */
export class Sm2Verifier {
  private readonly engine: GmEngine;
  private readonly options: TableOptions;
  private readonly known = new Map<number, Known>();
  private latest: Known | undefined;
  private tables = 0;

  constructor(engine: GmEngine, options: TableOptions) {
    this.engine = engine;
    this.options = options;
  }

  /**
   * @param point  64 bytes X ‖ Y
   * @param e      32 bytes
   * @param raw    64 bytes r ‖ s
   * @throws {CodedError} ERR_CRYPTO_KEY_INVALID when the point is not on the curve
   */
  verify(point: Uint8Array, e: Uint8Array, raw: Uint8Array): boolean {
    const { table } = this.meet(point);
    return table?.verify(e, raw) ?? this.sure(point, this.engine.verify(point, e, raw));
  }

  /** {@link verify} with e = SM3(ZA ‖ M). @throws {CodedError} also ERR_BYTES_TOO_LARGE, of the user id */
  verifyMessage(point: Uint8Array, userId: Uint8Array, message: Uint8Array, raw: Uint8Array): boolean {
    const known = this.meet(point);
    if (known.za === undefined || !equalBytes(known.za.userId, userId))
      known.za = { userId: new Uint8Array(userId), bytes: zaBy(this.engine, point, userId) };
    const za = known.za.bytes;
    return (
      known.table?.verifyMessage(za, message, raw) ??
      this.sure(point, this.engine.verifyMessage(point, za, message, raw))
    );
  }

  private sure(point: Uint8Array, passed: boolean): boolean {
    if (!passed && !this.engine.checkPublicKey(point)) throw pointInvalid();
    return passed;
  }

  private meet(point: Uint8Array): Known {
    const known = this.find(point);
    known.uses++;
    const { precomputedKeys, precomputeAfter } = this.options;
    if (precomputedKeys > 0 && known.table === undefined && known.uses > precomputeAfter) {
      const table = this.engine.createTable(point);
      if (table !== undefined) {
        known.table = table;
        this.tables++;
        this.forget(known);
      }
    }
    return known;
  }

  /** Also makes it the most recently used. */
  private find(point: Uint8Array): Known {
    if (this.latest !== undefined && equalBytes(this.latest.point, point)) return this.latest;
    const name = nameOf(point);
    let known = this.known.get(name);
    if (known !== undefined) this.known.delete(name);
    if (known === undefined || !equalBytes(known.point, point)) {
      this.drop(known);
      known = { point: new Uint8Array(point), uses: 0 };
    }
    this.known.set(name, known);
    this.latest = known;
    this.forget(known);
    return known;
  }

  /** Map keeps its order, and use moves a key to the end: the first are the least recently used. */
  private forget(current: Known): void {
    for (const [name, known] of this.known) {
      const tooMany = this.tables > this.options.precomputedKeys;
      if (!tooMany && this.known.size <= rememberedKeys) return;
      if (known === current || (tooMany && known.table === undefined && this.known.size <= rememberedKeys)) continue;
      this.known.delete(name);
      this.drop(known);
    }
  }

  private drop(known: Known | undefined): void {
    if (known?.table === undefined) return;
    this.tables--;
    known.table.free();
  }
}

/** 48 bits of X: of two keys that share them, the one met last is remembered. */
function nameOf(point: Uint8Array): number {
  const at = (index: number): number => point[index] ?? 0;
  return ((at(0) << 16) | (at(1) << 8) | at(2)) * 2 ** 24 + ((at(3) << 16) | (at(4) << 8) | at(5));
}
