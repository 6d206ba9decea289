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
  return new PcscConnection(library, reader, await connect(library, reader));
}

/** A context of its own: what one card makes us wait for holds up no other. */
interface Link {
  readonly context: PcscHandle;
  readonly handle: PcscHandle;
  protocol: number;
}

async function connect(library: PcscLibrary, reader: string): Promise<Link> {
  const context = await library.establishContext();
  try {
    const [handle, protocol] = [Buffer.alloc(8), Buffer.alloc(8)];
    await library.call('SCardConnect', context, reader, SHARED, ANY_PROTOCOL, handle, protocol);
    return { context, handle: library.readHandle(handle), protocol: library.readDword(protocol) };
  } catch (error) {
    await library.tryCall('SCardReleaseContext', context);
    throw error;
  }
}

class PcscConnection implements CardConnection {
  readonly #library: PcscLibrary;
  readonly #reader: string;
  /** null after a handle was given up, until the next act. */
  #link: Link | null;
  #fresh = true;
  #closed = false;

  constructor(library: PcscLibrary, reader: string, link: Link) {
    this.#library = library;
    this.#reader = reader;
    this.#link = link;
  }

  async exclusively<T>(act: (link: CardLink) => Promise<T>, waitMs = lockWaitMs): Promise<T> {
    if (this.#closed) throw new CodedError('ERR_TOKEN_REMOVED');
    const link = await this.#connected();
    await this.#begin(link, waitMs);
    const fresh = this.#fresh;
    this.#fresh = false;
    try {
      const protocol = link.protocol === T0 ? 't0' : 't1';
      return await act({ fresh, protocol, transmit: (bytes) => this.#transmit(link, bytes) });
    } finally {
      await this.#library.tryCall('SCardEndTransaction', link.handle, DISPOSITION.leave);
    }
  }

  reset(): Promise<void> {
    return this.#giveUp('reset');
  }

  async disconnect(): Promise<void> {
    this.#closed = true;
    await this.#giveUp('leave');
  }

  async #connected(): Promise<Link> {
    if (this.#link !== null) return this.#link;
    this.#fresh = true;
    this.#link = await connect(this.#library, this.#reader);
    return this.#link;
  }

  async #giveUp(how: keyof typeof DISPOSITION): Promise<void> {
    const link = this.#link;
    this.#link = null;
    if (link === null) return;
    await this.#library.tryCall('SCardDisconnect', link.handle, DISPOSITION[how]);
    await this.#library.tryCall('SCardReleaseContext', link.context);
  }

  /** pcsclite waits for another program's transaction without end: after a while we take our handle away from the wait. */
  async #begin(link: Link, waitMs: number): Promise<void> {
    const timer = new AbortController();
    const begun = this.#beginOrReconnect(link).then(() => 'begun' as const);
    const late = delay(waitMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
    try {
      if ((await Promise.race([begun, late])) === 'begun') return;
    } finally {
      timer.abort();
    }
    begun.catch(() => undefined);
    await this.#giveUp('leave');
    throw new CodedError('ERR_TOKEN_BUSY');
  }

  async #beginOrReconnect(link: Link): Promise<void> {
    const value = await this.#library.tryCall('SCardBeginTransaction', link.handle);
    if (value === SCARD.S_SUCCESS) return;
    if (value !== SCARD.W_RESET_CARD) throw pcscFailure('SCardBeginTransaction', value);
    const protocol = Buffer.alloc(8);
    await this.#library.call('SCardReconnect', link.handle, SHARED, ANY_PROTOCOL, DISPOSITION.leave, protocol);
    link.protocol = this.#library.readDword(protocol);
    this.#fresh = true;
    await this.#library.call('SCardBeginTransaction', link.handle);
  }

  async #transmit({ handle, protocol }: Link, command: Uint8Array): Promise<Uint8Array> {
    const { abi } = this.#library;
    const request = Buffer.alloc(2 * abi.dwordBytes);
    request.writeUInt32LE(protocol, 0);
    request.writeUInt32LE(request.length, abi.dwordBytes);
    const [sent, answer, size] = [Buffer.from(command), Buffer.alloc(answerRoom), this.#library.dword(answerRoom)];
    try {
      const parameters = [handle, request, sent, sent.length, null, answer, size];
      await this.#library.call('SCardTransmit', ...parameters);
      return Uint8Array.from(answer.subarray(0, Math.min(this.#library.readDword(size), answerRoom)));
    } finally {
      // A command may hold a PIN, an answer a decrypted key.
      sent.fill(0);
      answer.fill(0);
    }
  }
}
