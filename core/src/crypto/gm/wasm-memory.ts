/** The exports of core/native/build-wasm.ts; numbers are offsets into the memory, or lengths. */
export interface WasmFunctions {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly __heap_base: { readonly value: number };
  sm2_setup(): void;
  sm2_check_public_key(point: number): number;
  sm2_derive_public_key(d: number, point: number): number;
  sm2_prepare_private_key(d: number, inverse: number): number;
  sm2_sign(inverse: number, k: number, e: number, signature: number): number;
  sm2_verify_vartime(point: number, e: number, signature: number): number;
  sm2_table_size(): number;
  sm2_table_build_vartime(table: number, point: number): number;
  sm2_verify_with_table_vartime(table: number, e: number, signature: number): number;
  sm2_multiply(k: number, point: number, product: number): number;
  sm2_multiply_base(k: number, product: number): number;
  sm2_add(p: number, q: number, sum: number): number;
  sm2_scalar_multiply_add(a: number, b: number, c: number, out: number): void;
  sm3_context_size(): number;
  sm3_init(context: number): void;
  sm3_update(context: number, data: number, length: number): void;
  sm3_final(context: number, digest: number): void;
  sm3_digest(data: number, length: number, digest: number): void;
  sm3_kdf(z: number, zLength: number, first: number, out: number, length: number): void;
  sm4_key_size(): number;
  sm4_expand_key(expanded: number, key: number): void;
  sm4_ecb_encrypt(expanded: number, data: number, out: number, blocks: number): void;
  sm4_ecb_decrypt(expanded: number, data: number, out: number, blocks: number): void;
  sm4_cbc_encrypt(expanded: number, iv: number, data: number, out: number, blocks: number): void;
  sm4_cbc_decrypt(expanded: number, iv: number, data: number, out: number, blocks: number): void;
  sm4_ctr(expanded: number, counter: number, counterBytes: number, data: number, out: number, length: number): void;
  ghash_update(state: number, h: number, data: number, length: number): void;
}

const scratchBytes = 4096;
const pageBytes = 65_536;

/**
 * Memory of the WASM engine above its stack and constants: a scratch area for arguments and results, one for long data, and
 * whatever is reserved beyond. Both areas are overwritten after every use.
 */
export class WasmMemory {
  readonly bulkBytes = pageBytes;
  readonly bulk: number;
  private readonly wasm: WasmFunctions;
  private readonly scratch: number;
  private end: number;
  private view: Uint8Array;

  constructor(wasm: WasmFunctions) {
    this.wasm = wasm;
    this.scratch = (wasm.__heap_base.value + 15) & ~15;
    this.bulk = this.scratch + scratchBytes;
    this.end = this.bulk;
    this.view = new Uint8Array(wasm.memory.buffer);
    this.reserve(this.bulkBytes);
  }

  /** Memory for good, at a multiple of 16. */
  reserve(length: number): number {
    const start = this.end;
    this.end += (length + 15) & ~15;
    const missing = this.end - this.wasm.memory.buffer.byteLength;
    if (missing > 0) this.wasm.memory.grow(Math.ceil(missing / pageBytes));
    this.view = new Uint8Array(this.wasm.memory.buffer);
    return start;
  }

  /**
   * Copies the arguments in, runs, copies the result out and overwrites all of it.
   *
   * @param act  gets the arguments' offsets and then the result's; 0 means no
   * @returns the result (empty when its length is 0), or undefined for no
   */
  call(
    resultBytes: number,
    inputs: readonly Uint8Array[],
    act: (...offsets: [number, number, number, number]) => number,
  ): Uint8Array | undefined {
    const offsets: [number, number, number, number] = [0, 0, 0, 0];
    let next = this.scratch;
    inputs.forEach((input, index) => {
      if (next + input.length + resultBytes > this.bulk) throw new RangeError('arguments exceed the scratch memory');
      this.view.set(input, next);
      offsets[index] = next;
      next += (input.length + 7) & ~7;
    });
    offsets[inputs.length] = next;
    const done = act(...offsets);
    const result = done === 0 ? undefined : this.view.slice(next, next + resultBytes);
    this.view.fill(0, this.scratch, next + resultBytes);
    return result;
  }

  /** {@link call} of what always succeeds. */
  mustCall(
    resultBytes: number,
    inputs: readonly Uint8Array[],
    act: (...offsets: [number, number, number, number]) => void,
  ): Uint8Array {
    const result = this.call(resultBytes, inputs, (...offsets) => {
      act(...offsets);
      return 1;
    });
    return result ?? new Uint8Array(resultBytes);
  }

  /** Data of any length through the area for long data; every piece but the last is a multiple of `unit` bytes. */
  inPieces(data: Uint8Array, unit: number, use: (offset: number, count: number, start: number) => void): void {
    const step = this.bulkBytes - (this.bulkBytes % unit);
    for (let start = 0; start < data.length; start += step) {
      const piece = data.subarray(start, start + step);
      this.view.set(piece, this.bulk);
      use(this.bulk, piece.length, start);
      this.view.fill(0, this.bulk, this.bulk + piece.length);
    }
  }

  /** What lies in the area for long data, which is then overwritten. */
  takeBulk(count: number): Uint8Array {
    const taken = this.view.slice(this.bulk, this.bulk + count);
    this.view.fill(0, this.bulk, this.bulk + count);
    return taken;
  }

  move(from: number, to: number, count: number): void {
    this.view.copyWithin(to, from, from + count);
  }
}
