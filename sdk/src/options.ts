import type { PageEnvironment } from './environment.ts';
import type { WebSocketConstructor } from './transport/socket.ts';

export interface ConnectOptions {
  /** The platform's own by default; a program outside a browser brings one that states its Origin. */
  readonly WebSocket?: WebSocketConstructor;
  /** Loopback ports to knock at; the agent's four by default. */
  readonly ports?: readonly number[];
  /** Language of the agent's windows for this page; the agent's own choice by default. */
  readonly locale?: 'zh-CN' | 'en';
  /**
   * How long a port that neither answers nor refuses is waited for, in ms; 5000 by default. An agent that runs is found
   * within 300 ms, and so is the absence of one: the rest is for browsers that slow down a page after failed attempts.
   * While the browser may be asking the person for access to the local network, two minutes.
   */
  readonly discoveryTimeoutMs?: number;
  /** What happens when the connection is lost; see {@link ReconnectPolicy}. */
  readonly reconnect?: ReconnectPolicy;
  readonly signal?: AbortSignal;
  /** What `diagnose` may ask of the surroundings; `globalThis` by default. */
  readonly environment?: PageEnvironment;
}

/**
 * A call that was under way is never repeated: it rejects with ERR_SDK_CONNECTION_LOST, and only the person or the page
 * knows whether to sign again.
 * - `on-demand`: the next call connects again. The default.
 * - `background`: connects again by itself, after 1, 2, 4 … at most 15 seconds, so that events go on.
 * - `never`: every later call rejects.
 */
export type ReconnectPolicy = 'on-demand' | 'background' | 'never';

export interface CallOptions {
  /** Gives the call up: the agent is told, and closes its window. */
  readonly signal?: AbortSignal;
  /** 4 minutes, since a person may have to agree first; 15 s for `getAgentInfo`, which waits for nobody. */
  readonly timeoutMs?: number;
}

/** `closed` is final; the others follow the connection. */
export type ConnectionState = 'open' | 'lost' | 'closed';
