import { isOneLockError, type OneLockError, ownError } from '../errors.ts';
import { contractTables } from '../generated/contract-tables.ts';
import type { HostRounds } from '../wire/addresses.ts';
import { type AgentHello, type PageHello, shakeHands } from '../wire/handshake.ts';
import { type Channel, openChannel } from './channel.ts';
import type { WebSocketConstructor, WebSocketLike } from './socket.ts';

/** What became of knocking at one address. */
export type Knock =
  /** Nobody listens there, or whoever listens refused before the protocol began: a page is not told which. */
  | { readonly url: string; readonly outcome: 'refused' }
  /** Neither an answer nor a refusal in time. */
  | { readonly url: string; readonly outcome: 'silent' }
  /** The constructor threw: the page's own browser forbids the address. */
  | { readonly url: string; readonly outcome: 'forbidden'; readonly cause: unknown }
  /** Somebody listens and would not, or could not, shake hands. */
  | { readonly url: string; readonly outcome: 'failed'; readonly error: OneLockError }
  | { readonly url: string; readonly outcome: 'found'; readonly agent: FoundAgent };

export interface FoundAgent {
  readonly url: string;
  readonly channel: Channel;
  readonly hello: AgentHello;
}

export interface DiscoveryOptions {
  readonly WebSocket: WebSocketConstructor;
  readonly hosts: HostRounds;
  readonly ports: readonly number[];
  readonly page: PageHello;
  /** How long an address that neither answers nor refuses is waited for, in ms. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How long the likeliest address has to itself: an agent answers in a few milliseconds. */
const headStartMs = 250;
/** Where this page found its agent last. */
let lastFound: string | null = null;

/**
 * Knocks at the likeliest port of 127.0.0.1 (where the agent was last, else the first), and at all others at once when it does not
 * answer; at other names of loopback only when nobody let us in. Every refusal is a line in the console of the page that nothing can
 * take back, and browsers slow a page down that fails to connect too often. The first that shakes hands wins, and knocking stops.
 *
 * @throws {OneLockError} ERR_SDK_ABORTED
 */
export async function knockAtAll(options: DiscoveryOptions): Promise<readonly Knock[]> {
  const knocks: Knock[] = [];
  for (const hosts of options.hosts) {
    const urls = hosts.flatMap((host) => options.ports.map((port) => `ws://${host}:${port}${contractTables.path}`));
    const here = await firstFound(urls, options);
    if (options.signal?.aborted === true) throw ownError('ERR_SDK_ABORTED');
    knocks.push(...here);
    if (here.some(({ outcome }) => outcome === 'found' || outcome === 'failed')) break;
  }
  return knocks;
}

/** All knocks, or those that were done when the first let us in; the others are called off. */
function firstFound(urls: readonly string[], options: DiscoveryOptions): Promise<readonly Knock[]> {
  return new Promise((resolve) => {
    const done: Knock[] = [];
    const callOff = new AbortController();
    const stop = (): void => callOff.abort();
    options.signal?.addEventListener('abort', stop);
    const [likeliest, ...others] = likeliestFirst(urls);
    const end = (): void => {
      clearTimeout(headStart);
      options.signal?.removeEventListener('abort', stop);
      stop();
      resolve(done);
    };
    const start = (url: string): void => {
      void knock(url, options, callOff.signal).then((result) => {
        if (callOff.signal.aborted && result.outcome === 'found')
          result.agent.channel.close(ownError('ERR_SDK_CLOSED'));
        else done.push(result);
        if (result.outcome === 'found') lastFound = url;
        if (result.outcome === 'found' || done.length === urls.length || callOff.signal.aborted) end();
        else startOthers();
      });
    };
    const startOthers = (): void => {
      clearTimeout(headStart);
      for (const url of others.splice(0)) start(url);
    };
    const headStart = setTimeout(startOthers, headStartMs);
    if (likeliest === undefined) end();
    else start(likeliest);
  });
}

function likeliestFirst(urls: readonly string[]): string[] {
  return [...urls.filter((url) => url === lastFound), ...urls.filter((url) => url !== lastFound)];
}

function knock(url: string, options: DiscoveryOptions, signal: AbortSignal): Promise<Knock> {
  return new Promise((resolve) => {
    let socket: WebSocketLike | undefined;
    const settle = (result: Knock): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      if (result.outcome !== 'found') socket?.close();
      resolve(result);
    };
    const giveUp = (): void => settle({ url, outcome: 'silent' });
    const timer = setTimeout(giveUp, options.timeoutMs);
    signal.addEventListener('abort', giveUp);
    try {
      socket = new options.WebSocket(url, contractTables.subprotocol);
    } catch (cause) {
      settle({ url, outcome: 'forbidden', cause });
      return;
    }
    const opened = socket;
    opened.addEventListener('error', () => settle({ url, outcome: 'refused' }));
    opened.addEventListener('close', () => settle({ url, outcome: 'refused' }));
    opened.addEventListener('open', () => {
      const channel = openChannel(opened);
      shakeHands(channel, options.page).then(
        (hello) => settle({ url, outcome: 'found', agent: { url, channel, hello } }),
        (error: unknown) => settle({ url, outcome: 'failed', error: asOneLockError(error) }),
      );
    });
  });
}

function asOneLockError(error: unknown): OneLockError {
  return isOneLockError(error) ? error : ownError('ERR_SDK_PROTOCOL', { detail: 'handshake' }, { cause: error });
}
