import { createClient, type OneLockClient } from './client.ts';
import { dial } from './dial.ts';
import type { ConnectOptions } from './options.ts';

/**
 * Finds the agent of this computer and connects to it. Nothing is shown to the person by this alone, except where the
 * browser itself asks for access to the local network: so call it from a click, after saying what for.
 *
 * @throws {OneLockError} ERR_SDK_AGENT_NOT_FOUND, ERR_SDK_LOCAL_NETWORK_DENIED, ERR_SDK_BLOCKED_BY_CSP,
 *   ERR_AGENT_VERSION_MISMATCH, ERR_AGENT_ORIGIN_DENIED, ERR_SDK_ABORTED; `diagnose` tells more
 */
export async function connect(options: ConnectOptions = {}): Promise<OneLockClient> {
  return createClient(await dial(options), options);
}
