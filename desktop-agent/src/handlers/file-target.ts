import type { Params } from '@onelock/core/contract';
import type { IncrementalDigest } from '@onelock/core/crypto';
import type { CallContext } from '../dispatch/call-context.ts';
import { inspectFile } from '../files/picked-files.ts';
import { type SavePlace, saveFile } from '../files/saved-file.ts';
import { pickingFor } from './file-source.ts';
import type { AgentParts } from './parts.ts';

type Target = Params<'encryptFile'>['target'];

/** Where a file goes: to the page, or to the place that the person has chosen. */
export type OpenTarget =
  | { readonly kind: 'stream'; readonly stream: string }
  | { readonly kind: 'place'; readonly place: SavePlace };

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

/**
 * Asks the person where to, where the page leaves that to them; before any work is done.
 *
 * @param fallbackName  where the page has no idea of a name
 * @throws {CodedError} ERR_USER_CANCELLED and whatever else a window ends with
 */
export async function openFileTarget(
  { picker }: AgentParts,
  context: CallContext,
  target: Target,
  fallbackName: string,
): Promise<OpenTarget> {
  if (target.kind === 'stream') return target;
  const picking = { ...pickingFor(context), prompt: null };
  return { kind: 'place', place: await picker.save(picking, target.suggestedName ?? fallbackName) };
}

export interface WrittenFile {
  readonly name: string | null;
  readonly size: number;
  readonly digest: Uint8Array;
  /** Of a file that was saved: the site may go on with it. */
  readonly handle: string | null;
}

/** Lets an act write a file. @throws {CodedError} ERR_STREAM_BROKEN, ERR_FILE_UNWRITABLE, ERR_USER_CANCELLED */
export async function writeFileTarget(
  parts: AgentParts,
  { origin, caller, streams }: CallContext,
  target: OpenTarget,
  algorithm: 'sm3' | 'sha256',
  act: (to: FileWriter) => Promise<void>,
): Promise<WrittenFile> {
  const digest = parts.ops.createDigest(algorithm);
  if (target.kind === 'stream')
    return streams.write(target.stream, caller.signal, async (to) => {
      const writer = new FileWriter((bytes) => to.write(bytes), digest);
      await act(writer);
      return { name: null, handle: null, ...writer.finish() };
    });
  let facts: { readonly size: number; readonly digest: Uint8Array } | undefined;
  await saveFile(target.place, async (write) => {
    const writer = new FileWriter(async (bytes) => {
      caller.signal.throwIfAborted();
      await write(bytes);
    }, digest);
    await act(writer);
    facts = writer.finish();
  });
  const saved = await inspectFile(target.place.path, []);
  return {
    name: saved.name,
    handle: parts.picked.keep(origin, saved),
    ...(facts ?? { size: 0, digest: new Uint8Array(32) }),
  };
}
