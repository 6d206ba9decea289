import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';

/** Over all files that are being decrypted at once. */
const quotaBytes = 8 * 1024 ** 3;
const readBytes = 256 * 1024;

/**
 * Keeps ciphertext aside while it is proven: nothing plain is ever in it. Its files have no name where the system allows that,
 * and none outlives the agent.
 */
export class Spool {
  readonly #folder: string;
  #used = 0;

  /** @param stateDir  what an agent that was killed left behind in its spool is removed */
  constructor(stateDir: string) {
    this.#folder = path.join(stateDir, 'spool');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @throws {CodedError} ERR_FILE_UNWRITABLE when the disk or the quota is full */
  async keep(chunks: AsyncIterable<Uint8Array>): Promise<SpooledFile> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const name = path.join(this.#folder, randomBytes(12).toString('hex'));
    const file = await open(name, 'wx+', 0o600).catch(unwritable);
    let length = 0;
    const release = async (): Promise<void> => {
      this.#used -= length;
      length = 0;
      await file.close();
      if (process.platform === 'win32') await unlink(name);
    };
    try {
      if (process.platform !== 'win32') await unlink(name);
      for await (const chunk of chunks) {
        if (this.#used + chunk.length > quotaBytes) throw new CodedError('ERR_FILE_UNWRITABLE', { name: 'spool' });
        this.#used += chunk.length;
        length += chunk.length;
        await file.writeFile(chunk).catch(unwritable);
      }
    } catch (error) {
      await release();
      throw error;
    }
    return new SpooledFile(file, length, release);
  }
}

export class SpooledFile {
  readonly length: number;
  readonly #file: FileHandle;
  readonly #release: () => Promise<void>;
  #released = false;

  constructor(file: FileHandle, length: number, release: () => Promise<void>) {
    this.#file = file;
    this.length = length;
    this.#release = release;
  }

  async *read(begin: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = begin; at < end; ) {
      const buffer = new Uint8Array(Math.min(readBytes, end - at));
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new CodedError('ERR_FILE_CHANGED', { name: 'spool' });
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#release();
  }
}

function unwritable(cause: unknown): never {
  throw new CodedError('ERR_FILE_UNWRITABLE', { name: 'spool' }, { cause });
}
