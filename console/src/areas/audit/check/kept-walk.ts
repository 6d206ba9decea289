import type { WalkState } from './walk-log.ts';

/** What this browser remembers of its walks over a log: digests and numbers, nothing of what the entries say. */
export interface KeptWalk {
  readonly log: string;
  readonly state: WalkState;
  /** When the walk came so far. */
  readonly at: string;
  /** It came to the head that the service told then. */
  readonly whole: boolean;
  /** The keys by which the checkpoints were signed. */
  readonly keys: readonly string[];
}

const place = 'onelock.console.audit-walk';
/** A browser keeps a few megabytes; a walk past so many erased details begins anew when it was stopped. */
export const mostMissing = 20_000;

/** The walk that was kept, when it was over this log. */
export function keptWalk(log: string): KeptWalk | null {
  const text = localStorage.getItem(place);
  if (text === null) return null;
  try {
    const kept = JSON.parse(text) as KeptWalk;
    return kept.log === log && Number.isSafeInteger(kept.state.size) && kept.state.size > 0 ? kept : null;
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    return null;
  }
}

export function keepWalk(walk: KeptWalk): void {
  localStorage.setItem(place, JSON.stringify(walk));
}

export const forgetWalk = (): void => localStorage.removeItem(place);
