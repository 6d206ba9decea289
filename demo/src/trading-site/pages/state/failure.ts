import { isOneLockError, type WhoCanAct } from '@onelock/sdk';
import type { Coded } from '../../site-api.ts';
import { SiteRefusal } from './site.ts';

/** A failure as people are shown it. */
export interface Failure extends Coded {
  /** Quoted when asking for help. */
  readonly supportId: string | null;
  readonly whoCanAct: WhoCanAct | null;
}

/** Gives null for an act that the person gave up: there is nothing to tell. */
export function failureOf(error: unknown): Failure | null {
  if (isOneLockError(error)) {
    if (error.code === 'ERR_SDK_ABORTED') return null;
    return { code: error.code, params: error.params, supportId: error.callId, whoCanAct: error.whoCanAct };
  }
  if (error instanceof SiteRefusal)
    return { code: error.code, params: error.params, supportId: error.requestId, whoCanAct: null };
  throw error;
}
