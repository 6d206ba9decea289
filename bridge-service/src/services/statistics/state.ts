import {
  countSources,
  listSources,
  type SourceCounts,
  type SourceState,
  sourceStateOf,
  sourceStates,
} from '../ca-sources.ts';
import type { SourceView } from '../ports/evidence.ts';
import type { Ports } from '../ports/ports.ts';

/** What a node says of itself with every beat. */
export interface NodeState {
  readonly version: string;
  readonly cryptoEngine: string;
  readonly database: 'sqlite' | 'postgres';
  readonly rssBytes: number;
  /** How long the event loop was late, of the last beat, in milliseconds: of 100 turns the slowest. */
  readonly loopDelayMs: number;
  /** By a time server, its time minus ours; null: none was asked. */
  readonly clockOffsetMs: number | null;
  readonly clockDoubt: string | null;
}

export interface NodeView extends NodeState {
  readonly id: string;
  readonly host: string;
  readonly startedAt: string;
  readonly seenAt: string;
  /** `silent`: no beat for three times as long as usual. */
  readonly state: 'working' | 'silent';
}

export interface ServiceState {
  readonly at: string;
  readonly nodes: readonly NodeView[];
  readonly audit: {
    readonly log: string;
    readonly size: number;
    /** Entries that no checkpoint covers yet. */
    readonly unwitnessed: number;
    readonly checkpointSize: number;
    readonly checkpointAt: string | null;
    /** Entries that the statistics have counted. */
    readonly counted: number;
  };
  readonly registered: { readonly companies: number; readonly certificates: number; readonly platforms: number };
  readonly sources: {
    readonly counts: SourceCounts;
    /** The first of them, those first that somebody should look at; all are in `GET /v1/evidence-sources`. */
    readonly items: readonly (SourceView & { readonly caName: string | null; readonly state: SourceState })[];
  };
  /** CAs whose certificates pass where nobody can tell whether they are revoked. `sources`: whether any is listed that tells. */
  readonly unchecked: {
    readonly count: number;
    /** The first of them. */
    readonly cas: readonly { readonly id: string; readonly name: string; readonly sources: boolean }[];
  };
  readonly outbox: {
    /** Number of the last event that supervision was told. */
    readonly last: number;
    readonly webhooks: readonly {
      readonly id: string;
      readonly name: string;
      readonly waiting: number;
      readonly failures: number;
      readonly nextAttemptAt: string;
      readonly lastSuccessAt: string | null;
      readonly lastError: string | null;
    }[];
  };
  readonly waiting: {
    readonly alerts: number;
    readonly changeSets: number;
    readonly watchEntries: number;
  };
  /** When each last ended well; null: not yet, or before this version. */
  readonly jobs: readonly { readonly name: JobName; readonly lastAt: string | null; readonly detail: string | null }[];
}

export const jobNames = ['checkpoints', 'housekeeping', 'backup'] as const;
export type JobName = (typeof jobNames)[number];

export const beatMs = 5_000;
const silentMs = 3 * beatMs;
const mostWaiting = 1_000;
const mostUnchecked = 50;
const mostSources = 50;

/** How the service itself is, for who watches over it. */
export async function serviceState(
  ports: Pick<Ports, 'store' | 'clock' | 'evidence' | 'trust'>,
): Promise<ServiceState> {
  const { store, clock } = ports;
  const now = clock();
  const head = await store.audit.head();
  const checkpoint = await store.audit.latestCheckpoint();
  const sources = await listSources(ports as Ports);
  const rank = (state: SourceState): number => sourceStates.indexOf(state);
  const shown = sources
    .map((source) => ({ ...source, state: sourceStateOf(source) }))
    .sort((one, other) => rank(one.state) - rank(other.state) || (one.source < other.source ? -1 : 1))
    .slice(0, mostSources);
  const names = await store.statistics.names('cas', [...new Set(shown.flatMap(({ caId }) => caId ?? []))]);
  const last = await store.watchList.lastTold();
  const webhooks = await store.webhooks.list({ after: null, limit: 200 });
  const page = { after: null, limit: mostWaiting };
  return {
    at: now.toISOString(),
    nodes: (await store.statistics.nodes()).map(({ state, ...node }) => ({
      ...node,
      ...(JSON.parse(state) as NodeState),
      state: now.getTime() - Date.parse(node.seenAt) > silentMs ? ('silent' as const) : ('working' as const),
    })),
    audit: {
      ...{ log: head.log, size: head.size, unwitnessed: head.size - (checkpoint?.size ?? 0) },
      ...{ checkpointSize: checkpoint?.size ?? 0, checkpointAt: checkpoint?.at ?? null },
      counted: await store.statistics.counted(),
    },
    registered: await store.statistics.registered(),
    sources: {
      counts: countSources(sources),
      items: shown.map((source) => ({
        ...source,
        caName: source.caId === null ? null : (names.get(source.caId) ?? null),
      })),
    },
    unchecked: await uncheckedCas(ports),
    outbox: {
      last,
      webhooks: webhooks
        .filter(({ revokedAt }) => revokedAt === null)
        .map(({ id, name, told, failures, nextAttemptAt, lastSuccessAt, lastError }) => ({
          ...{ id, name, waiting: Math.max(0, last - told), failures, nextAttemptAt, lastSuccessAt, lastError },
        })),
    },
    waiting: {
      alerts: await store.statistics.openAlerts(),
      changeSets: (await store.changeSets.list(page, 'proposed')).length,
      watchEntries: (await store.watchList.list(page, { state: 'proposed', now: now.toISOString() })).length,
    },
    jobs: [
      { name: 'checkpoints', lastAt: checkpoint?.at ?? null, detail: null },
      ...(await Promise.all((['housekeeping', 'backup'] as const).map((name) => jobOf(ports, name)))),
    ],
  };
}

async function uncheckedCas({ store, trust }: Pick<Ports, 'store' | 'trust'>): Promise<ServiceState['unchecked']> {
  const { authorities } = await trust.current(store);
  const lenient = authorities.caIds.filter((id) => authorities.sourcesOf(id)?.revocation !== 'require');
  const shown = lenient.slice(0, mostUnchecked);
  const names = await store.statistics.names('cas', shown);
  const cas = shown.map((id) => {
    const { ocsp = [], crl = [] } = authorities.sourcesOf(id) ?? {};
    return { id, name: names.get(id) ?? id, sources: ocsp.length + crl.length > 0 };
  });
  return { count: lenient.length, cas };
}

/** Where a job writes down that it has ended well. */
export const jobFact = (name: JobName): string => `job-${name}`;

async function jobOf({ store }: Pick<Ports, 'store'>, name: JobName): Promise<ServiceState['jobs'][number]> {
  const fact = await store.facts.get(jobFact(name));
  const { at = null, detail = null } = fact === null ? {} : (JSON.parse(fact) as { at?: string; detail?: string });
  return { name, lastAt: at, detail };
}
