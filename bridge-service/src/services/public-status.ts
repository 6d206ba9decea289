import { listSources } from './ca-sources.ts';
import type { SourceView } from './ports/evidence.ts';
import type { Ports } from './ports/ports.ts';

export const sourceStates = ['fresh', 'late', 'stale', 'never'] as const;
export type SourceState = (typeof sourceStates)[number];

/** What anybody may know of how the service fares: no person, no address, no number of uses. */
export interface PublicStatus {
  readonly at: string;
  /** `limited`: the clock is in doubt, or a CA has no source that is at hand. */
  readonly state: 'good' | 'limited';
  readonly clock: 'good' | 'in-doubt';
  readonly authorities: readonly {
    readonly name: string;
    readonly sources: readonly PublicSource[];
  }[];
}

export interface PublicSource {
  readonly kind: SourceView['kind'];
  /** `fresh`: answered when asked last; `late`: failing, what is at hand still holds; `stale`: past its end; `never`: not asked yet. */
  readonly state: SourceState;
  readonly lastSuccessAt: string | null;
  /** Until when the list at hand holds. */
  readonly validUntil: string | null;
}

const mostAuthorities = 200;
const keptMs = 5_000;
const kept = new WeakMap<object, { readonly at: number; readonly status: Promise<PublicStatus> }>();

/** Made anew every few seconds at most, however many ask. */
export function publicStatus(ports: Ports): Promise<PublicStatus> {
  const now = performance.now();
  const known = kept.get(ports);
  if (known !== undefined && now - known.at < keptMs) return known.status;
  const status = makeStatus(ports);
  kept.set(ports, { at: now, status });
  // A failure is told to whoever asked, and not kept.
  status.catch(() => kept.delete(ports));
  return status;
}

async function makeStatus(ports: Ports): Promise<PublicStatus> {
  const { store, clock, clockMonitor } = ports;
  const cas = (await store.cas.list({ after: null, limit: mostAuthorities })).filter(({ state }) => state === 'active');
  const views = await listSources(ports);
  const authorities = cas.map(({ id, name }) => ({
    name,
    sources: views.filter(({ caId }) => caId === id).map(publicSource),
  }));
  const clockState = clockMonitor.doubt() === undefined ? 'good' : 'in-doubt';
  const lacking = authorities.some(
    ({ sources }) => sources.length > 0 && sources.every(({ state }) => state === 'stale' || state === 'never'),
  );
  return {
    ...{ at: clock().toISOString(), state: lacking || clockState === 'in-doubt' ? 'limited' : 'good' },
    ...{ clock: clockState, authorities },
  };
}

function publicSource({ kind, failures, lastSuccessAt, list }: SourceView): PublicSource {
  const state = list?.stale === true ? 'stale' : failures > 0 ? 'late' : lastSuccessAt === null ? 'never' : 'fresh';
  return {
    kind,
    state: failures > 0 && lastSuccessAt === null ? 'stale' : state,
    lastSuccessAt,
    validUntil: list?.nextUpdate ?? null,
  };
}
