import type { Params } from '@onelock/core/contract';
import type { IncrementalDigest } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { CallContext } from '../dispatch/call-context.ts';
import type { AgentParts } from './parts.ts';

type Target = Params<'encryptFile'>['target'];

/** What is handed out, and its facts. */
export class FileWriter {
  readonly #send: (bytes: Uint8Array) => Promise<void>;
  readonly #digest: IncrementalDigest;
  #size = 0;

  constructor(send: (bytes: Uint8Array) => Promise<void>, digest: IncrementalDigest) {
    this.#send = send;
    this.#digest = digest;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#digest.update(bytes);
    this.#size += bytes.length;
    await this.#send(bytes);
  }

  finish(): { readonly size: number; readonly digest: Uint8Array } {
    return { size: this.#size, digest: this.#digest.digest() };
  }
}

/** @throws {CodedError} ERR_CALL_UNSUPPORTED for a picker: this agent has none yet */
export function demandStreamTarget({ call }: CallContext, target: Target): Extract<Target, { kind: 'stream' }> {
  if (target.kind !== 'stream') throw new CodedError('ERR_CALL_UNSUPPORTED', { call });
  return target;
}

/** Lets an act write a file to the page. @throws {CodedError} ERR_STREAM_BROKEN, ERR_USER_CANCELLED */
export async function writeFileTarget(
  { ops }: AgentParts,
  { caller, streams }: CallContext,
  { stream }: Extract<Target, { kind: 'stream' }>,
  algorithm: 'sm3' | 'sha256',
  act: (to: FileWriter) => Promise<void>,
): Promise<{ readonly size: number; readonly digest: Uint8Array }> {
  return streams.write(stream, caller.signal, async (to) => {
    const writer = new FileWriter((bytes) => to.write(bytes), ops.createDigest(algorithm));
    await act(writer);
    return writer.finish();
  });
}
