import {
  type LocalNetworkPermission,
  localNetworkPermission,
  type PageEnvironment,
  surroundings,
  watchPolicy,
} from './environment.ts';
import { type OneLockError, ownError } from './errors.ts';
import { contractTables } from './generated/contract-tables.ts';
import type { ConnectOptions } from './options.ts';
import { type DiscoveryOptions, type FoundAgent, type Knock, knockAtAll } from './transport/discovery.ts';
import type { WebSocketConstructor } from './transport/socket.ts';
import { sdkVersion } from './version.ts';
import { pageHosts, programHosts } from './wire/addresses.ts';

/** How long a person may take to answer the browser's question for access to the local network. */
const promptTimeoutMs = 120_000;

/** What a failure to connect was seen to come from. */
export interface DialEvidence {
  readonly knocks: readonly Knock[];
  readonly permission: LocalNetworkPermission;
  /** Directive of the content security policy that blocked an address, or null. */
  readonly blockedBy: string | null;
}

/** Looks for the agent once. @throws {OneLockError} ERR_SDK_ABORTED */
export async function lookForAgent(
  options: ConnectOptions,
): Promise<{ readonly agent: FoundAgent } | { readonly agent: null; readonly evidence: DialEvidence }> {
  const environment = options.environment ?? surroundings();
  const watch = watchPolicy(environment);
  try {
    const permission = await localNetworkPermission(environment);
    const knocks = await knockAtAll(discoveryOptions(options, environment, permission));
    for (const knock of knocks) if (knock.outcome === 'found') return { agent: knock.agent };
    return { agent: null, evidence: { knocks, permission, blockedBy: await watch.blockedBy() } };
  } finally {
    watch.stop();
  }
}

/** @throws {OneLockError} of the layer that failed, see {@link explainFailure} */
export async function dial(options: ConnectOptions): Promise<FoundAgent> {
  const looked = await lookForAgent(options);
  if (looked.agent === null) throw explainFailure(looked.evidence);
  return looked.agent;
}

/** The most telling reason: what the agent itself said, then what the browser forbids, then that nobody is there. */
export function explainFailure({ knocks, permission, blockedBy }: DialEvidence): OneLockError {
  const failures = knocks.flatMap((knock) => (knock.outcome === 'failed' ? [knock.error] : []));
  const told = failures.find(({ code }) => code.startsWith('ERR_AGENT_'));
  if (told !== undefined) return told;
  if (blockedBy !== null) return ownError('ERR_SDK_BLOCKED_BY_CSP', { directive: blockedBy });
  if (permission === 'denied') return ownError('ERR_SDK_LOCAL_NETWORK_DENIED');
  return ownError('ERR_SDK_AGENT_NOT_FOUND', {}, { cause: failures[0] });
}

function discoveryOptions(
  options: ConnectOptions,
  environment: PageEnvironment,
  permission: LocalNetworkPermission,
): DiscoveryOptions {
  return {
    WebSocket: options.WebSocket ?? platformWebSocket(),
    hosts: environment.location === undefined ? programHosts : pageHosts,
    ports: options.ports ?? contractTables.ports,
    page: {
      contractVersion: contractTables.contractVersion,
      client: `@onelock/sdk ${sdkVersion}`,
      ...(options.locale === undefined ? {} : { locale: options.locale }),
    },
    timeoutMs: permission === 'prompt' ? promptTimeoutMs : (options.discoveryTimeoutMs ?? 5_000),
    signal: options.signal,
  };
}

function platformWebSocket(): WebSocketConstructor {
  if (typeof WebSocket === 'undefined')
    throw new TypeError('this platform has no WebSocket: pass one as options.WebSocket');
  return WebSocket;
}
