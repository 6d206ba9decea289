import { CodedError } from '@onelock/core/errors';
import { type KoffiFunction, type KoffiLibrary, type KoffiType, loadKoffi } from '../../../skf/load-koffi.ts';
import { type PcscAbi, pcscAbi } from './abi.ts';
import { pcscFailure, SCARD } from './return-values.ts';

/** The part of koffi that PC/SC needs beyond what SKF does. */
interface PointerKoffi {
  load(file: string): KoffiLibrary;
  struct(fields: Record<string, KoffiType>): KoffiType;
  pack(fields: Record<string, KoffiType>): KoffiType;
  array(type: KoffiType, length: number): KoffiType;
  pointer(type: KoffiType): KoffiType;
  inout(type: KoffiType): KoffiType;
}

/** A SCARDCONTEXT or SCARDHANDLE. */
export type PcscHandle = bigint | number;

/** SCARD_READERSTATE, as it goes in and comes out. */
export interface ReaderState {
  szReader: string;
  pvUserData: null;
  dwCurrentState: number;
  dwEventState: number;
  cbAtr: number;
  rgbAtr: Uint8Array | readonly number[];
}

const SCOPE = { user: 0, system: 2 } as const;
const names = [
  'SCardEstablishContext',
  'SCardReleaseContext',
  'SCardCancel',
  'SCardListReaders',
  'SCardGetStatusChange',
  'SCardConnect',
  'SCardReconnect',
  'SCardDisconnect',
  'SCardBeginTransaction',
  'SCardEndTransaction',
  'SCardTransmit',
] as const;
type PcscFunction = (typeof names)[number];
const withText: ReadonlySet<string> = new Set(['SCardListReaders', 'SCardGetStatusChange', 'SCardConnect']);

/**
 * libpcsclite, winscard.dll or Apple's framework. Every call runs on another thread: a card may take seconds, and waiting for
 * events takes as long as nobody inserts one.
 */
export class PcscLibrary {
  readonly abi: PcscAbi;
  readonly #functions = new Map<PcscFunction, KoffiFunction>();

  /**
   * @param file  absolute path or the system's own name; the system's loader finds the latter where root put it
   * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED
   */
  constructor(driver: string, file?: string) {
    this.abi = pcscAbi();
    const koffi = loadKoffi(driver) as unknown as PointerKoffi;
    try {
      const native = koffi.load(file ?? this.abi.library[0] ?? '');
      const types = signatures(koffi, this.abi);
      for (const name of names) {
        const symbol = withText.has(name) ? `${name}${this.abi.textSuffix}` : name;
        this.#functions.set(name, native.func(this.abi.convention, symbol, this.abi.long, types[name]));
      }
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message.slice(0, 200) : 'no PC/SC';
      throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver, detail }, { cause });
    }
  }

  /** Calls a function. @returns its SCARD_* value, unsigned */
  tryCall(name: PcscFunction, ...parameters: unknown[]): Promise<number> {
    const found = this.#functions.get(name);
    if (found === undefined) return Promise.resolve(SCARD.E_NO_SERVICE);
    return new Promise((resolve, reject) => {
      found.async(...parameters, (error: Error | null, value: number | bigint) => {
        // Until here the closure holds the buffers that C reads and writes.
        parameters.length = 0;
        if (error) reject(error);
        else resolve(Number(value) >>> 0);
      });
    });
  }

  /** @throws {CodedError} for anything but SCARD_S_SUCCESS */
  async call(name: PcscFunction, ...parameters: unknown[]): Promise<void> {
    const value = await this.tryCall(name, ...parameters);
    if (value !== SCARD.S_SUCCESS) throw pcscFailure(name, value);
  }

  async establishContext(): Promise<PcscHandle> {
    const out = Buffer.alloc(8);
    const scope = process.platform === 'win32' ? SCOPE.user : SCOPE.system;
    await this.call('SCardEstablishContext', scope, null, null, out);
    return this.readHandle(out);
  }

  readHandle(out: Buffer): PcscHandle {
    return this.abi.handleBytes === 8 ? out.readBigInt64LE() : out.readInt32LE();
  }

  readDword(out: Buffer): number {
    return this.abi.dwordBytes === 8 ? Number(out.readBigUInt64LE()) : out.readUInt32LE();
  }

  dword(value: number): Buffer {
    const out = Buffer.alloc(8);
    out.writeUInt32LE(value);
    return out;
  }
}

function signatures(koffi: PointerKoffi, abi: PcscAbi): Readonly<Record<PcscFunction, readonly KoffiType[]>> {
  const { dword, handle } = abi;
  const fields = {
    szReader: 'const char *',
    pvUserData: 'void *',
    dwCurrentState: dword,
    dwEventState: dword,
    cbAtr: dword,
    rgbAtr: koffi.array('uint8_t', abi.atrRoom),
  };
  const states = koffi.inout(koffi.pointer(abi.packed ? koffi.pack(fields) : koffi.struct(fields)));
  const out = 'void *';
  return {
    SCardEstablishContext: [dword, 'void *', 'void *', out],
    SCardReleaseContext: [handle],
    SCardCancel: [handle],
    SCardListReaders: [handle, 'void *', out, out],
    SCardGetStatusChange: [handle, dword, states, dword],
    SCardConnect: [handle, 'const char *', dword, dword, out, out],
    SCardReconnect: [handle, dword, dword, dword, out],
    SCardDisconnect: [handle, dword],
    SCardBeginTransaction: [handle],
    SCardEndTransaction: [handle, dword],
    SCardTransmit: [handle, 'void *', 'void *', dword, 'void *', out, out],
  };
}
