import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import { readUlong, type SkfAbi, writeUlong } from './abi.ts';
import { codedFailure, type FailureContext } from './errors.ts';
import { type ArgumentKind, type FunctionName, functions, requiredFunctions } from './functions.ts';
import { type Koffi, type KoffiFunction, type KoffiLibrary, type KoffiType, loadKoffi } from './load-koffi.ts';
import { argumentsOf, type PrivateDecrypt } from './private-decrypt.ts';
import { returnValueOf } from './return-values.ts';

/** What an argument is on our side. Buffers stay alive and in place until the call has returned. */
export type SkfArgument = number | bigint | Buffer | BlockCipherParameters | null;

/** BLOCKCIPHERPARAM (GM/T 0016-2012 §6.4.7), which crosses by value. */
interface BlockCipherParameters {
  /** 32 bytes */
  readonly IV: Uint8Array;
  readonly IVLen: number;
  readonly PaddingType: number;
  readonly FeedBitLen: number;
}

/** A DEVHANDLE, HAPPLICATION, HCONTAINER or HANDLE; 0 is none. */
export type SkfHandle = bigint;

const firstRoom = 8192;
const maxRoom = 1024 * 1024;
/** Libraries have been seen to write beyond the room they were told of. */
const slack = 4096;
const attempts = 4;

/**
 * One vendor's library. Functions run on another thread, so that a library that blocks does not stop our own; whoever
 * calls sees to it that there is one call at a time (GM/T 0016 says nothing of threads, and many libraries bear none).
 */
export class SkfLibrary {
  readonly abi: SkfAbi;
  readonly #native: KoffiLibrary;
  readonly #functions = new Map<string, KoffiFunction>();
  /** Those of the vendor's private decrypt functions that the library exports. */
  readonly privateDecrypt: readonly PrivateDecrypt[];

  /**
   * Loads a library and its functions.
   * @param file            absolute: a bare name would be looked up in places that others may write to
   * @param privateDecrypt  functions beyond the standard to look for
   * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED with what the system's loader said, or the function that is missing
   */
  constructor(driver: string, file: string, abi: SkfAbi, privateDecrypt: readonly PrivateDecrypt[] = []) {
    const koffi = loadKoffi(driver);
    this.abi = abi;
    this.#native = load(koffi, driver, file);
    const types = argumentTypes(koffi, abi);
    for (const [name, kinds] of Object.entries(functions)) this.#declare(name, kinds, types);
    this.privateDecrypt = privateDecrypt.filter((vendors) =>
      this.#declare(keyOf(vendors), argumentsOf(vendors.form), types, vendors.name),
    );
    const missing = requiredFunctions.find((name) => !this.#functions.has(name));
    if (missing === undefined) return;
    this.#native.unload();
    throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver, detail: `no SKF library: ${missing} is missing` });
  }

  has(name: FunctionName): boolean {
    return this.#functions.has(name);
  }

  /** Calls a function. @returns its SAR_* code; SAR_NOTSUPPORTYETERR for one that the library does not have */
  async tryCall(name: FunctionName, ...parameters: SkfArgument[]): Promise<number> {
    return this.#invoke(name, parameters);
  }

  async #invoke(key: string, parameters: SkfArgument[]): Promise<number> {
    const found = this.#functions.get(key);
    if (found === undefined) return returnValueOf('SAR_NOTSUPPORTYETERR');
    return new Promise((resolve, reject) => {
      found.async(...parameters, (error: Error | null, value: number) => {
        // Until here the closure holds the buffers that C reads and writes.
        parameters.length = 0;
        if (error) reject(error);
        else resolve(value >>> 0);
      });
    });
  }

  /** Calls a function. @throws {CodedError} for anything but SAR_OK */
  async call(name: FunctionName, ...parameters: SkfArgument[]): Promise<void> {
    const value = await this.tryCall(name, ...parameters);
    if (value !== 0) throw codedFailure(name, value);
  }

  /** SKF_EncryptInit or SKF_DecryptInit with BLOCKCIPHERPARAM by value: no padding. */
  callWithBlockParameters(name: 'SKF_EncryptInit' | 'SKF_DecryptInit', key: SkfHandle, iv: Uint8Array): Promise<void> {
    const field = new Uint8Array(32);
    field.set(iv);
    return this.call(name, key, { IV: field, IVLen: iv.length, PaddingType: 0, FeedBitLen: 0 });
  }

  /** Calls a function whose last parameter gives out a handle. */
  async open(name: FunctionName, ...parameters: SkfArgument[]): Promise<SkfHandle> {
    const out = Buffer.alloc(8);
    await this.call(name, ...parameters, out);
    return out.readBigUInt64LE();
  }

  /** Calls a function whose last parameter gives out a ULONG. */
  async readNumber(name: FunctionName, ...parameters: SkfArgument[]): Promise<number> {
    const out = Buffer.alloc(8);
    await this.call(name, ...parameters, out);
    return readUlong(out, 0, this.abi);
  }

  /**
   * Calls a function that ends in (BYTE *out, ULONG *length), with room that grows while the library wants more. Asking
   * for the length with NULL first is not done: some libraries cannot.
   */
  readBytes(name: FunctionName, head: readonly SkfArgument[], context?: FailureContext): Promise<Uint8Array> {
    return this.#readBytes(name, name, head, [], context);
  }

  /** Calls one of {@link privateDecrypt}. @param tail  what comes after (BYTE *out, ULONG *length) */
  readPrivately(
    vendors: PrivateDecrypt,
    head: readonly SkfArgument[],
    tail: readonly SkfArgument[],
  ): Promise<Uint8Array> {
    return this.#readBytes(keyOf(vendors), vendors.name, head, tail);
  }

  async #readBytes(
    key: string,
    name: string,
    head: readonly SkfArgument[],
    tail: readonly SkfArgument[],
    context?: FailureContext,
  ): Promise<Uint8Array> {
    let room = firstRoom;
    for (let attempt = 1; ; attempt += 1) {
      const out = Buffer.alloc(room + slack);
      const length = Buffer.alloc(8);
      writeUlong(length, 0, room, this.abi);
      const value = await this.#invoke(key, [...head, out, length, ...tail]);
      const wanted = readUlong(length, 0, this.abi);
      if (value === 0 && wanted <= room) return new Uint8Array(out.subarray(0, wanted));
      if (value === 0) throw new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api: name, name: `${wanted} bytes` });
      if (value !== returnValueOf('SAR_BUFFER_TOO_SMALL') || attempt === attempts)
        throw codedFailure(name, value, context);
      room = Math.min(maxRoom, Math.max(2 * room, wanted));
    }
  }

  /** Only when no call is under way. */
  unload(): void {
    this.#functions.clear();
    this.#native.unload();
  }

  /** @returns whether the library has it */
  #declare(
    key: string,
    kinds: readonly ArgumentKind[],
    types: Readonly<Record<ArgumentKind, KoffiType>>,
    name: string = key,
  ): boolean {
    const convention = process.platform === 'win32' ? '__stdcall' : '__cdecl';
    try {
      const parameters = kinds.map((kind) => types[kind]);
      this.#functions.set(key, this.#native.func(convention, name, 'uint32_t', parameters));
      return true;
    } catch {
      return false;
    }
  }
}

/** One name may stand for several forms. */
function keyOf({ name, form }: PrivateDecrypt): string {
  return `${name} ${form}`;
}

function load(koffi: Koffi, driver: string, file: string): KoffiLibrary {
  if (!path.isAbsolute(file))
    throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver, detail: `${file} is no absolute path` });
  try {
    return koffi.load(file);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.slice(0, 200) : file;
    throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver, detail }, { cause });
  }
}

/** The result is read as 32 bits always: SAR_* codes are, however wide a vendor's ULONG. */
function argumentTypes(koffi: Koffi, { packing, ulongBytes }: SkfAbi): Readonly<Record<ArgumentKind, KoffiType>> {
  const ulong = ulongBytes === 4 ? 'uint32_t' : 'uint64_t';
  const fields = { IV: koffi.array('uint8_t', 32), IVLen: ulong, PaddingType: ulong, FeedBitLen: ulong };
  const blockCipherParam = packing === 'pack1' ? koffi.pack(fields) : koffi.struct(fields);
  return { handle: 'uintptr_t', pointer: 'void *', ulong, bool: 'int32_t', blockCipherParam };
}
