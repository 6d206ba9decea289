import type { CallName } from '@onelock/core/contract';
import type { Connection } from './connection.ts';
import { type OneLockError, ownError } from './errors.ts';
import { contractTables } from './generated/contract-tables.ts';
import type { CallOptions } from './options.ts';
import { bytesFromWire, bytesToWire, WrongBytes } from './wire/bytes.ts';
import { utf8Length } from './wire/utf8-length.ts';

/**
 * The last resort: an agent that ends is noticed at once, and its drivers have limits of their own. Any call but
 * `getAgentInfo` may be the first of a site and wait for the person, whose window the agent closes after three minutes.
 */
const timeoutsMs = { discovery: 15_000, others: 240_000 } as const;

/** Makes one call, from bytes to bytes. @throws {OneLockError} */
export async function callThrough(
  connection: Connection,
  name: CallName,
  params: unknown,
  options: CallOptions,
): Promise<unknown> {
  const row = contractTables.calls[name];
  if (options.signal?.aborted === true) throw ownError('ERR_SDK_ABORTED');
  const wireParams = toWire(name, params, row.params);
  const channel = await connection.channel();
  const id = newCallId();
  const frame = JSON.stringify({ jsonrpc: '2.0', id, method: name, params: wireParams });
  const limit = connection.hello().capabilities.maxFrameBytes;
  if (utf8Length(frame) > limit) throw ownError('ERR_REQUEST_TOO_LARGE', { limit });

  const giveUp = (error: OneLockError): void => {
    if (channel.forget(id, error)) channel.notify('cancel', { callId: id });
  };
  const abort = (): void => giveUp(ownError('ERR_SDK_ABORTED', {}, { callId: id }));
  const timeoutMs = options.timeoutMs ?? timeoutsMs[name === 'getAgentInfo' ? 'discovery' : 'others'];
  const timer = setTimeout(() => giveUp(ownError('ERR_SDK_TIMEOUT', { timeoutMs }, { callId: id })), timeoutMs);
  options.signal?.addEventListener('abort', abort);
  try {
    return fromWire(await channel.request(id, frame), row.result, id);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}

function toWire(call: CallName, params: unknown, paths: readonly string[]): unknown {
  try {
    return bytesToWire(params, paths);
  } catch (error) {
    if (error instanceof WrongBytes)
      throw ownError('ERR_CALL_PARAMS_INVALID', { call, field: error.field, rule: 'Uint8Array' });
    throw error;
  }
}

function fromWire(result: unknown, paths: readonly string[], callId: string): unknown {
  try {
    return bytesFromWire(result, paths);
  } catch (error) {
    if (error instanceof WrongBytes)
      throw ownError('ERR_SDK_PROTOCOL', { detail: `base64 at ${error.field}` }, { callId });
    throw error;
  }
}

let calls = 0;
/** Tells apart the pages that speak to one agent at a time; it names calls in a log and protects nothing. */
const page = Math.random().toString(36).slice(2, 8);

function newCallId(): string {
  calls += 1;
  return `c-${page}-${calls}`;
}
