import type { GmEngine, GmTable } from './engine.ts';
import { pointInvalid } from './sm2-public-key.ts';

export interface TableOptions {
  /** Keys with tables, the least recently used forgotten first; about 90 kB each in the addon, 120 kB in WASM. 0: none. */
  readonly precomputedKeys: number;
  /** A table is made at this use of a key. It costs about as much as 15 verifications and makes each three times as fast. */
  readonly precomputeAfter: number;
}

export const defaultTables: TableOptions = { precomputedKeys: 32, precomputeAfter: 32 };

interface Known {
  uses: number;
  table?: GmTable;
}

/** Keys counted while they have no table yet. */
const countedKeys = 1024;

/** Verifies with the engine, and sooner with keys that are met often: a certificate authority's, a platform's. */
export class Sm2Verifier {
  private readonly engine: GmEngine;
  private readonly options: TableOptions;
  private readonly known = new Map<string, Known>();
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
    const table = this.options.precomputedKeys > 0 ? this.tableOf(point) : undefined;
    if (table !== undefined) return table.verify(e, raw);
    if (this.engine.verify(point, e, raw)) return true;
    if (!this.engine.checkPublicKey(point)) throw pointInvalid();
    return false;
  }

  private tableOf(point: Uint8Array): GmTable | undefined {
    const name = String.fromCharCode(...point);
    const known = this.known.get(name) ?? { uses: 0 };
    this.known.delete(name);
    this.known.set(name, known);
    known.uses++;
    if (known.table === undefined && known.uses > this.options.precomputeAfter) {
      const table = this.engine.createTable(point);
      if (table !== undefined) {
        known.table = table;
        this.tables++;
      }
    }
    this.forget(known);
    return known.table;
  }

  /** Map keeps its order, and use moves a key to the end: the first are the least recently used. */
  private forget(current: Known): void {
    for (const [name, known] of this.known) {
      const tooMany = this.tables > this.options.precomputedKeys;
      if (!tooMany && this.known.size <= countedKeys) return;
      if (known === current || (tooMany && known.table === undefined && this.known.size <= countedKeys)) continue;
      if (known.table !== undefined) this.tables--;
      known.table?.free();
      this.known.delete(name);
    }
  }
}
