import type { SubjectIdentity } from '@onelock/core/identity';
import type { Indication, Reason } from '@onelock/core/verdict';
import { newId } from '../identifiers.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Repositories } from '../ports/store.ts';
import type { WatchAction, WatchEntry, WatchKind } from '../ports/watch-store.ts';
import { watchDigest } from './watch-value.ts';

/** What a platform says about the way somebody came; it knows these from the agent. */
export interface UseContext {
  /** Serial number of the device that holds the key. */
  readonly deviceSerial?: string | undefined;
  readonly machine?: string | undefined;
}

export interface Use {
  /** SM3 of the certificate, hex. */
  readonly certificateDigest: string;
  readonly identity: SubjectIdentity;
  readonly context: UseContext;
  /** Action of the audit log, and the record that the use made. */
  readonly action: string;
  readonly target: string;
}

/** An entry that a use met, and what it did: a step-up that somebody cleared alerts only. */
export interface WatchHit {
  readonly entry: string;
  readonly action: WatchAction;
}

export interface Watched {
  readonly hits: readonly WatchHit[];
  /** What the watch-list makes of a verdict that would have been `passed`. */
  readonly overruled: { readonly indication: Exclude<Indication, 'passed'>; readonly reason: Reason } | null;
}

/** Meets a use with the list, inside the use's transaction: what was approved before it counts. Supervision is told of each hit. */
export async function watchUse(repositories: Repositories, ports: Ports, act: Act, use: Use): Promise<Watched> {
  const { clock, ops, personal } = ports;
  const now = clock().toISOString();
  const digests = valuesOf(use).map(([kind, value]) => watchDigest(personal, kind, fold(kind, value)));
  const entries = await repositories.watchList.hits(digests, now);
  const hits = entries.map((entry) => ({ entry: entry.id, action: effectOf(entry, now) }));
  for (const [index, { entry, action }] of hits.entries()) {
    const { kind, reason } = entries[index] as WatchEntry;
    const told = { entry, kind, action, reason, use: use.action, target: use.target, platform: act.caller.id };
    const sequence = await repositories.watchList.tell({
      ...{ id: newId('evt', clock, ops), at: now, type: 'watchlist.hit' },
      data: JSON.stringify({ ...told, certificate: `sm3:${use.certificateDigest}` }),
    });
    await repositories.events.publish('supervision.told', { sequence });
  }
  return { hits, overruled: overruledBy(hits) };
}

/** Block is stronger than step-up; an alert leaves the verdict as it is. Also for whoever replays a judgement. */
export function overruledBy(hits: readonly WatchHit[]): Watched['overruled'] {
  const by = (action: WatchAction): WatchHit | undefined => hits.find((hit) => hit.action === action);
  const blocked = by('block');
  if (blocked !== undefined)
    return { indication: 'failed', reason: { code: 'ERR_WATCHLIST_BLOCKED', params: { entry: blocked.entry } } };
  const stepUp = by('step-up');
  if (stepUp !== undefined)
    return { indication: 'indeterminate', reason: { code: 'ERR_WATCHLIST_STEP_UP', params: { entry: stepUp.entry } } };
  return null;
}

function effectOf({ action, clearedUntil }: WatchEntry, now: string): WatchAction {
  return action === 'step-up' && clearedUntil !== null && clearedUntil > now ? 'alert' : action;
}

function valuesOf({ certificateDigest, identity, context }: Use): readonly (readonly [WatchKind, string])[] {
  const { unifiedSocialCreditCode: code, person } = identity;
  const found: readonly (readonly [WatchKind, string | null | undefined])[] = [
    ['certificate', certificateDigest],
    ['company', code?.value],
    ['person', person.identifier?.value],
    ['key-serial', context.deviceSerial],
    ['machine', context.machine],
  ];
  return found.flatMap(([kind, value]) => (value == null ? [] : [[kind, value] as const]));
}

/** As `comparable`, for values that nobody checked: one of another form meets nothing. */
function fold(kind: WatchKind, value: string): string {
  const bare = value.replaceAll(/\s/g, '');
  return kind === 'certificate' ? bare.toLowerCase() : bare.toUpperCase();
}
