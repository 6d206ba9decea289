import { connect, type OneLockClient, type WebSocketConstructor } from '@onelock/sdk';
import { WebSocket } from 'ws';
import type { Coded, SiteError } from '../trading-site/site-api.ts';

/** What the site's server refused with. */
export class SiteRefused extends Error {
  readonly code: string;
  readonly params: Coded['params'];

  constructor({ code, params }: Coded) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

/** A page of the trading site in a browser that has no screen: its cookie, its origin, its SDK. */
export interface BrowserTab {
  /** @throws {SiteRefused} */
  post<T>(path: string, body: unknown): Promise<T>;
  connect(): Promise<OneLockClient>;
}

export function openTab(origin: string, agentPort: number): BrowserTab {
  let cookie: string | undefined;
  return {
    async post<T>(path: string, body: unknown): Promise<T> {
      const response = await fetch(new URL(path, origin), {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, ...(cookie === undefined ? {} : { cookie }) },
        body: JSON.stringify(body),
      });
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
      const answer: unknown = await response.json();
      if (!response.ok) throw new SiteRefused((answer as SiteError).error);
      return answer as T;
    },
    connect: () => connect({ ports: [agentPort], WebSocket: webSocketOf(origin), locale: 'zh-CN' }),
  };
}

/** Node's own WebSocket cannot say which page it belongs to; a browser always does. */
export function webSocketOf(origin: string): WebSocketConstructor {
  return class PageWebSocket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { origin });
    }
  };
}
