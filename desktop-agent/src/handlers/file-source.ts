import type { Params } from '@onelock/core/contract';
import { CodedError } from '@onelock/core/errors';
import type { CallContext } from '../dispatch/call-context.ts';
import { plainLine } from '../shapes/plain-line.ts';

export interface OpenedFile {
  /** For display; null when the page gave none. */
  readonly name: string | null;
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** @throws {CodedError} ERR_CALL_UNSUPPORTED for a picker: this agent has none yet */
export function readFileSource({ call, caller, streams }: CallContext, source: Params<'signFile'>['file']): OpenedFile {
  if (source.kind !== 'stream') throw new CodedError('ERR_CALL_UNSUPPORTED', { call });
  const { stream, size, name } = source;
  return {
    name: name === undefined ? null : plainLine(name).slice(0, 255),
    size,
    chunks: streams.read(stream, size, caller.signal),
  };
}
