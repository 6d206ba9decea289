import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '@onelock/core/errors';
import type { CardConnection, CardLink } from '../card-readers.ts';
import type { PcscHandle, PcscLibrary } from './library.ts';
import { pcscFailure, SCARD } from './return-values.ts';

const SHARED = 2;
const ANY_PROTOCOL = 3;
const T0 = 1;
const DISPOSITION = { leave: 0, reset: 1 } as const;
/** An extended answer and its status. */
const answerRoom = 65_538;
/** How long another program may keep a card to itself before our act is refused. */
const lockWaitMs = 5000;

/** Connects to the card in a reader, shared with other programs. @throws {CodedError} ERR_TOKEN_REMOVED, ERR_TOKEN_BUSY */
export async function connectCard(library: PcscLibrary, reader: string): Promise<CardConnection> {
  const context = await library.establishContext();
  try {
    const [handle, protocol] = [Buffer.alloc(8), Buffer.alloc(8)];
    await library.call('SCardConnect', context, reader, SHARED, ANY_PROTOCOL, handle, protocol);
    return new PcscConnection(library, context, library.readHandle(handle), library.readDword(protocol));
  } catch (error) {
    await library.tryCall('SCardReleaseContext', context);
    throw error;
  }
}

/** A context of its own: what one card makes us wait for holds up no other. */
class PcscConnection implements CardConnection {
  readonly #library: PcscLibrary;
  readonly #context: PcscHandle;
  readonly #handle: PcscHandle;
  #protocol: number;
  #fresh = true;
  #open = true;

  constructor(library: PcscLibrary, context: PcscHandle, handle: PcscHandle, protocol: number) {
    this.#library = library;
    this.#context = context;
    this.#handle = handle;
    this.#protocol = protocol;
  }

  async exclusively<T>(act: (link: CardLink) => Promise<T>, waitMs = lockWaitMs): Promise<T> {
    await this.#begin(waitMs);
    const fresh = this.#fresh;
    this.#fresh = false;
    try {
      return await act({
        fresh,
        protocol: this.#protocol === T0 ? 't0' : 't1',
        transmit: (bytes) => this.#transmit(bytes),
      });
    } finally {
      await this.#library.tryCall('SCardEndTransaction', this.#handle, DISPOSITION.leave);
    }
  }

  async disconnect(how: 'leave' | 'reset'): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#library.tryCall('SCardDisconnect', this.#handle, DISPOSITION[how]);
    await this.#library.tryCall('SCardReleaseContext', this.#context);
  }

  /** pcsclite waits for another program's transaction without end: after a while we take our handle away from the wait. */
  async #begin(waitMs: number): Promise<void> {
    if (!this.#open) throw new CodedError('ERR_TOKEN_REMOVED');
    const timer = new AbortController();
    const begun = this.#beginOrReconnect().then(() => 'begun' as const);
    const late = delay(waitMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
    try {
      if ((await Promise.race([begun, late])) === 'begun') return;
    } finally {
      timer.abort();
    }
    begun.catch(() => undefined);
    await this.disconnect('leave');
    throw new CodedError('ERR_TOKEN_BUSY');
  }

  async #beginOrReconnect(): Promise<void> {
    const value = await this.#library.tryCall('SCardBeginTransaction', this.#handle);
    if (value === SCARD.S_SUCCESS) return;
    if (value !== SCARD.W_RESET_CARD) throw pcscFailure('SCardBeginTransaction', value);
    const protocol = Buffer.alloc(8);
    await this.#library.call('SCardReconnect', this.#handle, SHARED, ANY_PROTOCOL, DISPOSITION.leave, protocol);
    this.#protocol = this.#library.readDword(protocol);
    this.#fresh = true;
    await this.#library.call('SCardBeginTransaction', this.#handle);
  }

  async #transmit(command: Uint8Array): Promise<Uint8Array> {
    const { abi } = this.#library;
    const request = Buffer.alloc(2 * abi.dwordBytes);
    request.writeUInt32LE(this.#protocol, 0);
    request.writeUInt32LE(request.length, abi.dwordBytes);
    const [sent, answer, size] = [Buffer.from(command), Buffer.alloc(answerRoom), this.#library.dword(answerRoom)];
    try {
      const parameters = [this.#handle, request, sent, sent.length, null, answer, size];
      await this.#library.call('SCardTransmit', ...parameters);
      return Uint8Array.from(answer.subarray(0, Math.min(this.#library.readDword(size), answerRoom)));
    } finally {
      // A command may hold a PIN, an answer a decrypted key.
      sent.fill(0);
      answer.fill(0);
    }
  }
}
