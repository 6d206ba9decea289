import type { CallName, Params, Result } from '@onelock/core/contract';
import type { Caller } from '../consent/prompt.ts';
import type { Standing } from '../platforms/known-sites.ts';
import type { PageStreams } from '../streams/page-streams.ts';
import type { Connection } from '../transport/connection.ts';
import type { Origin } from '../transport/origin.ts';

/** One call under way: who asked, and whether they still wait. */
export interface CallContext {
  readonly callId: string;
  readonly call: CallName;
  readonly origin: Origin;
  /** What is known of the site beside what it says. */
  readonly site: Standing;
  readonly connection: Connection;
  readonly caller: Caller;
  readonly streams: PageStreams;
}

export type Handler<C extends CallName> = (params: Params<C>, context: CallContext) => Promise<Result<C>>;

/** The calls that this agent serves. A call of the contract that is not here is answered with ERR_CALL_UNSUPPORTED. */
export type Handlers = { readonly [C in CallName]?: Handler<C> };
