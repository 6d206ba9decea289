import type { SubjectIdentity } from '@onelock/core/identity';
import type { Indication, Reason } from '@onelock/core/verdict';
import type { Act, Ports } from '../ports/ports.ts';
import type { Standing } from '../ports/standing-store.ts';
import type { Repositories } from '../ports/store.ts';
import type { WatchAction, WatchEntry, WatchKind } from '../ports/watch-store.ts';
import { refusalBy } from './standing.ts';
import { tellSupervision } from './told.ts';
import { watchDigest } from './watch-value.ts';

/** What a platform says about the way somebody came; it knows these from the agent. */
export interface UseContext {
  /** Serial number of the device that holds the key. */
  readonly deviceSerial?: string | undefined;
  readonly machine?: string | undefined;
  /** That worked the device, for statistics. */
  readonly driver?: string | undefined;
  readonly driverVersion?: string | undefined;
}

/** Whose use it is. */
export interface WatchedSubject {
  /** SM3 of the certificate, hex. */
  readonly certificateDigest: string;
  /** null where the certificate is known by its digest alone. */
  readonly identity: SubjectIdentity | null;
  /** Credit code of the company that the registry binds it to: stock certificates often name none. */
  readonly boundTo?: string | undefined;
}

export interface Use {
  /** None where a bare key was used. */
  readonly subjects: readonly WatchedSubject[];
  readonly context: UseContext;
  /** Action of the audit log, and the record that the use made. */
  readonly action: string;
  readonly target: string;
  /** What was judged of it. */
  readonly indication: Indication;
  /** Of the registries, as this node knows them: see `standingOf`. */
  readonly standing: Standing | null;
}

/** An entry that a use met, and what it did: a step-up that somebody cleared alerts only. */
export interface WatchHit {
  readonly entry: string;
  readonly action: WatchAction;
}

export interface Watched {
  readonly hits: readonly WatchHit[];
  /** What watch-list and registries make of a verdict that would have been `passed`. */
  readonly overruled: { readonly indication: Exclude<Indication, 'passed'>; readonly reason: Reason } | null;
}

/** Meets a use with the list, inside the use's transaction: what was approved before it counts. Supervision is told of each hit. */
export async function watchUse(repositories: Repositories, ports: Ports, act: Act, use: Use): Promise<Watched> {
  const now = ports.clock().toISOString();
  const met = digestsOf(ports, use);
  const entries = await repositories.watchList.hits([...met.keys()], now);
  const hits = entries.map((entry) => ({ entry: entry.id, action: effectOf(entry, now) }));
  for (const [index, { entry, action }] of hits.entries()) {
    const { kind, reason, valueDigest } = entries[index] as WatchEntry;
    const told = { entry, kind, action, reason, use: use.action, target: use.target, platform: act.caller.id };
    const certificate = met.get(valueDigest) ?? use.subjects[0]?.certificateDigest;
    await tellSupervision(repositories, ports, {
      ...{ type: 'watchlist.hit', at: now },
      data: {
        ...{ ...told, indication: use.indication },
        ...(certificate !== undefined && { certificate: `sm3:${certificate}` }),
      },
    });
  }
  return { hits, overruled: overruledBy(hits, use.standing) };
}

/** What a use looks up in the list. */
export const watchedValues = (
  ports: Pick<Ports, 'personal'>,
  use: Pick<Use, 'subjects' | 'context'>,
): readonly string[] => [...digestsOf(ports, use).keys()];

/** With the certificate that each belongs to. */
const digestsOf = (
  { personal }: Pick<Ports, 'personal'>,
  use: Pick<Use, 'subjects' | 'context'>,
): ReadonlyMap<string, string | null> =>
  new Map(
    valuesOf(use).map(([kind, value, certificate]) => [watchDigest(personal, kind, fold(kind, value)), certificate]),
  );

/**
 * A block is stronger than what the registries say, and that than a step-up; an alert leaves the verdict as it is. Also for whoever replays a
 * judgement.
 */
export function overruledBy(hits: readonly WatchHit[], standing: Standing | null = null): Watched['overruled'] {
  const by = (action: WatchAction): WatchHit | undefined => hits.find((hit) => hit.action === action);
  const blocked = by('block');
  if (blocked !== undefined)
    return { indication: 'failed', reason: { code: 'ERR_WATCHLIST_BLOCKED', params: { entry: blocked.entry } } };
  if (standing !== null) return { indication: 'failed', reason: refusalBy(standing) };
  const stepUp = by('step-up');
  if (stepUp !== undefined)
    return { indication: 'indeterminate', reason: { code: 'ERR_WATCHLIST_STEP_UP', params: { entry: stepUp.entry } } };
  return null;
}

function effectOf({ action, clearedUntil }: WatchEntry, now: string): WatchAction {
  return action === 'step-up' && clearedUntil !== null && clearedUntil > now ? 'alert' : action;
}

type WatchedValue = readonly [kind: WatchKind, value: string, certificateDigest: string | null];

function valuesOf({ subjects, context }: Pick<Use, 'subjects' | 'context'>): readonly WatchedValue[] {
  const ofSubjects = subjects.flatMap(({ certificateDigest, identity, boundTo }) => [
    ...valued('certificate', certificateDigest, certificateDigest),
    ...valued('company', boundTo, certificateDigest),
    ...(identity === null ? [] : identityValues(identity, certificateDigest)),
  ]);
  return [...ofSubjects, ...contextValues(context)];
}

/** Of who a certificate is about, by kind. */
export function identityValues(
  { unifiedSocialCreditCode, person }: SubjectIdentity,
  certificateDigest: string | null,
): readonly WatchedValue[] {
  return [
    ...valued('company', unifiedSocialCreditCode?.value, certificateDigest),
    ...valued('person', person.identifier?.value, certificateDigest),
  ];
}

export function contextValues({ deviceSerial, machine }: UseContext): readonly WatchedValue[] {
  return [...valued('key-serial', deviceSerial, null), ...valued('machine', machine, null)];
}

function valued(kind: WatchKind, value: string | null | undefined, digest: string | null): readonly WatchedValue[] {
  return value == null ? [] : [[kind, value, digest]];
}

/** As `comparable`, for values that nobody checked: one of another form meets nothing. */
export function fold(kind: WatchKind, value: string): string {
  const bare = value.replaceAll(/\s/g, '');
  return kind === 'certificate' ? bare.toLowerCase() : bare.toUpperCase();
}
