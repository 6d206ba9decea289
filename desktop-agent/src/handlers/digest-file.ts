import type { Params } from '@onelock/core/contract';
import type { DigestAlgorithm } from '@onelock/core/crypto';
import type { CallContext } from '../dispatch/call-context.ts';
import { type OpenedFile, openFileSource } from './file-source.ts';
import type { AgentParts } from './parts.ts';
import { progressOf } from './progress.ts';
import { refuseLogin } from './sign-parts.ts';

export type FileSource = Params<'signFile'>['file'];

export interface FileDigest {
  readonly name: string | null;
  readonly handle: string | null;
  readonly size: number;
  readonly digest: Uint8Array;
  /** By the second algorithm, where one was asked for. */
  readonly also: Uint8Array;
}

/** A login's tag is looked for in so many bytes. */
const headBytes = 4096;

/**
 * Reads a file once, in constant memory.
 * @throws {CodedError} ERR_STREAM_BROKEN, ERR_LOGIN_TOKEN_FORBIDDEN_INPUT, ERR_FILE_UNREADABLE, ERR_FILE_CHANGED
 */
export async function digestFile(
  parts: AgentParts,
  context: CallContext,
  source: FileSource,
  algorithm: DigestAlgorithm,
  alsoBy: DigestAlgorithm = algorithm,
): Promise<FileDigest> {
  return digestOpened(parts, context, await openFileSource(parts, context, source), algorithm, alsoBy);
}

/** As {@link digestFile}, of a file that is open. */
export async function digestOpened(
  parts: AgentParts,
  context: CallContext,
  file: OpenedFile,
  algorithm: DigestAlgorithm,
  alsoBy: DigestAlgorithm = algorithm,
): Promise<FileDigest> {
  const running = parts.ops.createDigest(algorithm);
  const second = alsoBy === algorithm ? null : parts.ops.createDigest(alsoBy);
  const progress = progressOf(parts, context, 'bytes', file.size);
  let head = new Uint8Array(0);
  let done = 0;
  for await (const chunk of file.chunks) {
    if (head.length < headBytes) {
      head = Uint8Array.from([...head, ...chunk.subarray(0, headBytes - head.length)]);
      refuseLogin(head);
    }
    running.update(chunk);
    second?.update(chunk);
    done += chunk.length;
    progress(done);
  }
  const digest = running.digest();
  return { name: file.name, handle: file.handle, size: done, digest, also: second?.digest() ?? digest };
}
