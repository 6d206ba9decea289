import type { CallName, EventName } from '@onelock/core/contract';
import { ownError } from '../errors.ts';
import type { Channel } from '../transport/channel.ts';

/** What the agent says of itself at the handshake. */
export interface AgentHello {
  readonly product: string;
  readonly productVersion: string;
  readonly contractVersion: string;
  readonly capabilities: {
    readonly calls: readonly CallName[];
    readonly events: readonly EventName[];
    readonly streams: boolean;
    /** Largest frame in either direction, in bytes. */
    readonly maxFrameBytes: number;
  };
}

export interface PageHello {
  readonly contractVersion: string;
  /** Name and version of who speaks, at most 64 characters. */
  readonly client: string;
  readonly locale?: 'zh-CN' | 'en' | undefined;
}

/**
 * Says hello and compares versions: the same major is needed, a minor only adds.
 *
 * @throws {OneLockError} ERR_AGENT_VERSION_MISMATCH { agent, page }, ERR_SDK_PROTOCOL, or what the agent refuses with
 */
export async function shakeHands(channel: Channel, page: PageHello): Promise<AgentHello> {
  const frame = JSON.stringify({ jsonrpc: '2.0', id: 'hello', method: 'hello', params: page });
  const answer = await channel.request('hello', frame);
  if (!isHello(answer)) throw ownError('ERR_SDK_PROTOCOL', { detail: 'hello' });
  if (majorOf(answer.contractVersion) !== majorOf(page.contractVersion))
    throw ownError('ERR_AGENT_VERSION_MISMATCH', { agent: answer.contractVersion, page: page.contractVersion });
  return answer;
}

function majorOf(version: string): string {
  return version.slice(0, version.indexOf('.'));
}

function isHello(value: unknown): value is AgentHello {
  const hello = value as Partial<AgentHello> | null;
  const capabilities = typeof hello === 'object' && hello !== null ? hello.capabilities : undefined;
  return (
    typeof hello?.contractVersion === 'string' &&
    /^\d+\.\d+$/.test(hello.contractVersion) &&
    typeof hello.productVersion === 'string' &&
    Array.isArray(capabilities?.calls) &&
    Array.isArray(capabilities.events) &&
    typeof capabilities.maxFrameBytes === 'number'
  );
}
