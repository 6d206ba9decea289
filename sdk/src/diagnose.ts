import { type DialEvidence, explainFailure, lookForAgent } from './dial.ts';
import { type PageEnvironment, surroundings } from './environment.ts';
import { type OneLockError, ownError } from './errors.ts';
import type { ConnectOptions } from './options.ts';

/** Which layer between the page and the agent fails; `none` when the agent was reached. */
export type FailingLayer =
  | 'none'
  | 'not-running'
  /** Somebody listens at the agent's port and refuses this site. */
  | 'origin-refused'
  | 'content-security-policy'
  | 'local-network-permission'
  | 'version'
  /** Somebody listens at the agent's port and is not our agent, or not in order. */
  | 'protocol';

export interface Diagnosis {
  readonly layer: FailingLayer;
  /** The code and data behind it; null when the agent was reached. */
  readonly error: OneLockError | null;
  readonly agent: { readonly url: string; readonly productVersion: string; readonly contractVersion: string } | null;
  /** What each address said. */
  readonly addresses: readonly { readonly url: string; readonly outcome: string }[];
}

/**
 * Names the layer at which connecting fails, for a help page or a support call. Connects, asks the browser for what it
 * will tell, and where nothing answers looks whether somebody listens at all (a `no-cors` request whose answer is not read).
 *
 * @throws {OneLockError} ERR_SDK_ABORTED
 */
export async function diagnose(options: ConnectOptions = {}): Promise<Diagnosis> {
  const looked = await lookForAgent(options);
  if (looked.agent !== null) {
    const { url, channel, hello } = looked.agent;
    channel.close(ownError('ERR_SDK_CLOSED'));
    const { productVersion, contractVersion } = hello;
    return {
      layer: 'none',
      error: null,
      agent: { url, productVersion, contractVersion },
      addresses: [{ url, outcome: 'found' }],
    };
  }
  const error = await moreTelling(looked.evidence, options.environment ?? surroundings());
  const addresses = looked.evidence.knocks.map(({ url, outcome }) => ({ url, outcome }));
  return { layer: layerOf(error), error, agent: null, addresses };
}

/** One name of loopback is enough to see whether anybody is there. */
const firstName = /^ws:\/\/127\.0\.0\.1:/;

async function moreTelling(evidence: DialEvidence, environment: PageEnvironment): Promise<OneLockError> {
  const error = explainFailure(evidence);
  if (error.code !== 'ERR_SDK_AGENT_NOT_FOUND' || error.cause !== undefined) return error;
  const refused = evidence.knocks.filter(({ url, outcome }) => outcome === 'refused' && firstName.test(url));
  const listening = await Promise.all(refused.map(({ url }) => somebodyListens(url, environment)));
  if (!listening.includes(true)) return error;
  return ownError('ERR_AGENT_ORIGIN_DENIED', { origin: environment.location?.origin ?? null });
}

/** A refused WebSocket and an absent program look alike to a page; a plain request fails only for the latter. */
async function somebodyListens(url: string, environment: PageEnvironment): Promise<boolean> {
  if (environment.fetch === undefined) return false;
  try {
    await environment.fetch(url.replace(/^ws/, 'http'), { mode: 'no-cors', signal: AbortSignal.timeout(2_000) });
    return true;
  } catch (error) {
    // TypeError: nobody there (Fetch §5.6); TimeoutError: somebody, but not speaking HTTP.
    return error instanceof Error && error.name === 'TimeoutError';
  }
}

function layerOf({ code, cause }: OneLockError): FailingLayer {
  switch (code) {
    case 'ERR_SDK_BLOCKED_BY_CSP':
      return 'content-security-policy';
    case 'ERR_SDK_LOCAL_NETWORK_DENIED':
      return 'local-network-permission';
    case 'ERR_AGENT_VERSION_MISMATCH':
      return 'version';
    case 'ERR_AGENT_ORIGIN_DENIED':
    case 'ERR_AGENT_ORIGIN_MISSING':
      return 'origin-refused';
    case 'ERR_SDK_AGENT_NOT_FOUND':
      return cause === undefined ? 'not-running' : 'protocol';
    default:
      return 'protocol';
  }
}
