import { CodedError } from '@onelock/core/errors';

/** Deeper JSON than any parameter of the contract needs; refused before it is parsed. */
const maxDepth = 32;

/**
 * Bounds the nesting of a frame before anyone parses it.
 *
 * @throws {CodedError} ERR_AGENT_FRAME_INVALID { detail }
 */
export function checkDepth(text: string): void {
  if (isDeeperThan(text, maxDepth)) throw new CodedError('ERR_AGENT_FRAME_INVALID', { detail: 'nested too deeply' });
}

/** Longer frames are not parsed merely to refuse them: their id is looked for at their beginning. */
const maxParsedLength = 64 * 1024;
const headLength = 256;

/** The id of a frame that was refused, so that its sender can tell which; null where even that cannot be read. */
export function idOfRefusedFrame(text: string): string | null {
  if (text.length > maxParsedLength)
    return /^\s*\{[^{[]*?"id"\s*:\s*"([A-Za-z0-9_-]{1,64})"/.exec(text.slice(0, headLength))?.[1] ?? null;
  if (isDeeperThan(text, maxDepth)) return null;
  try {
    const value: unknown = JSON.parse(text);
    const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
    return typeof id === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
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
