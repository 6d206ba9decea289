import { CodedError } from '@onelock/core/errors';

/** JSON-RPC 2.0 §4: the caller's own name for a request. */
export type RequestId = string | number;

export interface RequestFrame {
  readonly id: RequestId;
  readonly method: string;
  /** Not yet judged by the contract. */
  readonly params: unknown;
}

/** Deeper JSON than any parameter of the contract needs; refused before it is parsed. */
const maxDepth = 32;
const maxIdLength = 64;
const requestFields = new Set(['jsonrpc', 'id', 'method', 'params']);

/**
 * Reads one text frame strictly: one request object with an id (JSON-RPC 2.0 §4), no batch, no notification, no member
 * that is not the protocol's.
 *
 * @throws {CodedError} ERR_AGENT_FRAME_INVALID { detail }
 */
export function parseRequestFrame(text: string): RequestFrame {
  if (isDeeperThan(text, maxDepth)) throw invalid('nested too deeply');
  const value = parseJson(text);
  if (Array.isArray(value)) throw invalid('batches are not taken');
  if (typeof value !== 'object' || value === null) throw invalid('not a JSON object');
  const frame = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(frame).find((key) => !requestFields.has(key));
  if (unknown !== undefined) throw invalid(`unknown member ${JSON.stringify(unknown.slice(0, 40))}`);
  if (frame.jsonrpc !== '2.0') throw invalid('jsonrpc must be "2.0"');
  if (!isRequestId(frame.id)) throw invalid('id must be an integer or a string of 1 to 64 characters');
  if (typeof frame.method !== 'string') throw invalid('method must be a string');
  return { id: frame.id, method: frame.method, params: frame.params ?? {} };
}

/** The id of a frame that was refused, so that its sender can tell which: null where even that cannot be read. */
export function idOfRefusedFrame(text: string): RequestId | null {
  if (isDeeperThan(text, maxDepth)) return null;
  try {
    const value: unknown = JSON.parse(text);
    const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
    return isRequestId(id) ? id : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isRequestId(value: unknown): value is RequestId {
  if (typeof value === 'string') return value.length > 0 && value.length <= maxIdLength;
  return Number.isSafeInteger(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CodedError('ERR_AGENT_FRAME_INVALID', { detail: 'not JSON' }, { cause: error });
  }
}

function invalid(detail: string): CodedError {
  return new CodedError('ERR_AGENT_FRAME_INVALID', { detail });
}

/** Counts brackets outside strings, without building anything. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === 0x5c) at += 1;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) inString = true;
    else if (character === 0x7b || character === 0x5b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (character === 0x7d || character === 0x5d) depth -= 1;
  }
  return false;
}
