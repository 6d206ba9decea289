import type { Params } from '@onelock/core/contract';
import type { FilePurpose } from '../consent/question.ts';
import type { CallContext } from '../dispatch/call-context.ts';
import { demandUnchanged, type PickedFile, readPicked } from '../files/picked-files.ts';
import { plainLine } from '../shapes/plain-line.ts';
import type { AgentParts } from './parts.ts';

export interface OpenedFile {
  /** For display; null when the page gave none. */
  readonly name: string | null;
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Of a file that the person picked; null for one that the page streams. */
  readonly handle: string | null;
  /**
   * Before a signature over what was read: the person's own file must not have changed while they read the window.
   * @throws {CodedError} ERR_FILE_CHANGED { name }
   */
  readonly demandUnchanged: () => Promise<void>;
}

type Source = Params<'signFile'>['file'];

/**
 * The bytes of a page's stream, of a file that was picked before, or of one that the person picks now.
 *
 * @throws {CodedError} ERR_FILE_UNREADABLE, ERR_FILE_CHANGED for a file that is not as it was picked; ERR_USER_CANCELLED and
 *   whatever else a window ends with
 */
export async function openFileSource(parts: AgentParts, context: CallContext, source: Source): Promise<OpenedFile> {
  if (source.kind === 'stream') {
    const { stream, size, name } = source;
    return {
      name: name === undefined ? null : plainLine(name).slice(0, 255),
      size,
      chunks: context.streams.read(stream, size, context.caller.signal),
      handle: null,
      demandUnchanged: () => Promise.resolve(),
    };
  }
  const { origin } = context;
  if (source.kind === 'file') return openedFrom(parts.picked.find(origin, source.file), source.file);
  const picked = await parts.picker.open({ ...pickingFor(context), prompt: source.prompt ?? null });
  return openedFrom(picked, parts.picked.keep(origin, picked));
}

function openedFrom(picked: PickedFile, handle: string): OpenedFile {
  const { name, size } = picked;
  return { name, size, chunks: readPicked(picked), handle, demandUnchanged: () => demandUnchanged(picked) };
}

const purposes: Readonly<Partial<Record<CallContext['call'], FilePurpose>>> = {
  verifyFile: 'verify',
  encryptFile: 'encrypt',
  decryptFile: 'decrypt',
  rehearseDecryption: 'rehearse',
};

/** Who picks, and what for. */
export function pickingFor({ origin, call, caller }: CallContext) {
  return { origin, caller, purpose: purposes[call] ?? 'sign' } as const;
}
