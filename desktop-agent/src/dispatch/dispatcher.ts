import {
  type CallName,
  callNames,
  chunkFramePrefix,
  contractVersion,
  decodeParams,
  encodeResult,
  type HelloParamsValue,
  type HelloResultValue,
  type PageMessage,
  type Params,
  type Result,
  readPageMessage,
  wireError,
  wireResponse,
} from '@onelock/core/contract';
import { CodedError } from '@onelock/core/errors';
import type { Standing } from '../platforms/known-sites.ts';
import { PageStreams } from '../streams/page-streams.ts';
import type { Connection, FrameListener } from '../transport/connection.ts';
import { checkDepth, idOfRefusedFrame } from '../transport/frame.ts';
import { transportLimits } from '../transport/limits.ts';
import { RateLimit } from '../transport/rate-limit.ts';
import type { WindowLanguage } from '../window/language.ts';
import type { CallContext, Handlers } from './call-context.ts';
import type { EventSender } from './events.ts';
import type { Permissions } from './permissions.ts';

export interface DispatcherParts {
  readonly handlers: Handlers;
  readonly permissions: Permissions;
  readonly events: EventSender;
  readonly greeting: () => HelloResultValue;
  readonly onCallEnd: (record: CallRecord) => void;
  /** A page has introduced itself and hears events from now on. */
  readonly onGreeted?: () => void;
}

/** One finished call, for the log: what and how it went, nothing of its content. */
export interface CallRecord {
  readonly callId: string;
  readonly call: string;
  readonly origin: string;
  readonly milliseconds: number;
  readonly error: unknown;
}

/** Calls that an unknown site may make: the discovery part, which says nothing about person or machine. */
const openCalls: ReadonlySet<CallName> = new Set(['getAgentInfo']);

/** How a site stands that only asks whether there is an agent. */
const nobody: Standing = { name: null, tickets: null };

/** Frames out of order or shape that a page may send before it is shown the door. */
const maxStrikes = 20;
/** A stranger's large frame cost memory already: the second is the last. */
const strikesOfLargeFrame = 10;
const greetingTimeoutMs = 10_000;

/** Hears one page's frames and answers them. */
export function converse(parts: DispatcherParts, connection: Connection): FrameListener {
  return new Conversation(parts, connection);
}

class Conversation implements FrameListener {
  readonly #parts: DispatcherParts;
  readonly #connection: Connection;
  readonly #underWay = new Map<string, AbortController>();
  readonly #streams: PageStreams;
  readonly #rate = new RateLimit(transportLimits.calls, performance.now());
  readonly #greetingTimer: NodeJS.Timeout;
  #language: WindowLanguage | null = null;
  #strikes = 0;

  constructor(parts: DispatcherParts, connection: Connection) {
    this.#parts = parts;
    this.#connection = connection;
    this.#streams = new PageStreams(connection);
    this.#greetingTimer = setTimeout(() => connection.close(1008, 'no hello'), greetingTimeoutMs);
    const idleTimer = setInterval(() => this.#closeIdleStranger(), transportLimits.strangerIdleMs);
    idleTimer.unref();
    connection.closed.addEventListener('abort', () => {
      clearTimeout(this.#greetingTimer);
      clearInterval(idleTimer);
      for (const call of this.#underWay.values()) call.abort();
    });
  }

  onText(text: string): void {
    let message: PageMessage;
    try {
      const waitMs = this.#isAwaitedChunk(text) ? 0 : this.#rate.take(performance.now());
      if (waitMs > 0) throw new CodedError('ERR_AGENT_RATE_LIMITED', { retryAfterMs: waitMs });
      if (this.#isTooLong(text)) {
        this.#strikes += strikesOfLargeFrame - 1;
        throw new CodedError('ERR_REQUEST_TOO_LARGE', { limit: transportLimits.strangerFrameLength });
      }
      checkDepth(text);
      message = readPageMessage(text);
      if ((this.#language === null) !== (message.kind === 'hello'))
        throw new CodedError('ERR_AGENT_FRAME_INVALID', { detail: 'hello comes first, and once' });
    } catch (error) {
      this.#connection.send(wireError(error, idOfRefusedFrame(text)));
      this.#strike();
      return;
    }
    if (message.kind === 'hello') this.#greet(message.id, message.params);
    else if (message.kind === 'cancel') this.#underWay.get(message.callId)?.abort();
    else if (message.kind === 'chunk') this.#streams.accept(message.chunk);
    else if (message.kind === 'credit') this.#streams.allow(message.stream, message.chunks);
    else void this.#answer(message);
  }

  /** What we gave credit for comes as fast as it may; everything else counts towards the rate. */
  #isAwaitedChunk(text: string): boolean {
    if (!text.startsWith(chunkFramePrefix)) return false;
    const stream = /"stream":"([A-Za-z0-9_-]{4,64})"/.exec(text.slice(0, 160))?.[1];
    return stream !== undefined && this.#streams.expects(stream);
  }

  /** Nothing large is parsed for a site before the person has allowed it. */
  #isTooLong(text: string): boolean {
    const { permissions } = this.#parts;
    return text.length > transportLimits.strangerFrameLength && !permissions.isAllowed(this.#connection.origin);
  }

  #greet(id: string, params: HelloParamsValue): void {
    const [ours] = contractVersion.split('.');
    if (params.contractVersion.split('.')[0] !== ours) {
      const versions = { agent: contractVersion, page: params.contractVersion };
      this.#connection.send(wireError(new CodedError('ERR_AGENT_VERSION_MISMATCH', versions), id));
      this.#connection.close(1008, 'contract version');
      return;
    }
    clearTimeout(this.#greetingTimer);
    this.#language = params.locale ?? 'auto';
    this.#parts.events.add(this.#connection);
    this.#connection.send(wireResponse(id, this.#parts.greeting()));
    this.#parts.onGreeted?.();
  }

  async #answer(request: Extract<PageMessage, { kind: 'call' }>): Promise<void> {
    const startedAt = performance.now();
    let failure: unknown = null;
    try {
      this.#connection.send(wireResponse(request.id, await this.#perform(request)));
    } catch (error) {
      failure = error;
      this.#connection.send(wireError(error, request.id));
    }
    this.#parts.onCallEnd({
      callId: request.id,
      call: request.method,
      origin: this.#connection.origin,
      milliseconds: Math.round(performance.now() - startedAt),
      error: failure,
    });
  }

  /** Known, served, well-formed, admitted; only then does a handler see it. */
  async #perform(request: Extract<PageMessage, { kind: 'call' }>): Promise<unknown> {
    const call = callNames.find((name) => name === request.method);
    if (call === undefined) throw new CodedError('ERR_CALL_UNKNOWN', { call: request.method });
    if (this.#parts.handlers[call] === undefined) throw new CodedError('ERR_CALL_UNSUPPORTED', { call });
    if (this.#underWay.has(request.id)) throw new CodedError('ERR_AGENT_FRAME_INVALID', { detail: 'id is in use' });
    if (this.#underWay.size >= transportLimits.callsInFlight)
      throw new CodedError('ERR_AGENT_RATE_LIMITED', { retryAfterMs: 1_000 });
    return this.#run(call, request);
  }

  async #run<C extends CallName>(call: C, request: Extract<PageMessage, { kind: 'call' }>): Promise<unknown> {
    const params = decodeParams(call, request.params);
    const cancelled = new AbortController();
    this.#underWay.set(request.id, cancelled);
    try {
      const { origin } = this.#connection;
      const caller = { signal: cancelled.signal, language: this.#language ?? 'auto' } as const;
      const site = openCalls.has(call) ? nobody : await this.#parts.permissions.admit(origin, caller);
      const context: CallContext = {
        callId: request.id,
        call,
        origin,
        site,
        connection: this.#connection,
        caller,
        streams: this.#streams,
      };
      const handle = this.#parts.handlers[call] as (params: Params<C>, context: CallContext) => Promise<Result<C>>;
      return encodeResult(call, await handle(params, context));
    } finally {
      this.#underWay.delete(request.id);
    }
  }

  /** Strangers share few places; a page that wants to go on calls again, and its connection is made anew. */
  #closeIdleStranger(): void {
    if (this.#underWay.size === 0 && !this.#parts.permissions.isAllowed(this.#connection.origin))
      this.#connection.close(1001, 'idle');
  }

  #strike(): void {
    this.#strikes += 1;
    if (this.#strikes >= maxStrikes || this.#language === null) this.#connection.close(1008, 'frames refused');
  }
}
