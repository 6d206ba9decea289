import { CodedError } from '@onelock/core/errors';
import { readSourceUrl } from '../outbound/index.ts';
import { appendAudit } from './append-audit.ts';
import { refuseDirectChange } from './change-sets/freeze.ts';
import { type Page, pageOf } from './page.ts';
import type { SourceView } from './ports/evidence.ts';
import { type CaSources, noSources, type SourceAddress } from './ports/evidence-store.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { PageRequest, Repositories } from './ports/store.ts';
import { type Author, authorOf, recordChange } from './registry/record-change.ts';

export interface CaSourcesView extends CaSources {
  readonly caId: string;
  /** null: never set, these are the defaults. */
  readonly updatedAt: string | null;
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findCaSources({ store }: Pick<Ports, 'store'>, caId: string): Promise<CaSourcesView> {
  if ((await store.cas.byId(caId)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const known = await store.evidence.sourcesOf(caId);
  return { caId, updatedAt: known?.updatedAt ?? null, ...(known?.sources ?? noSources) };
}

const addressLists = ['ocsp', 'crl', 'deltaCrl', 'caIssuers', 'tsa'] as const;

/**
 * Sets where evidence about a CA's certificates is to be had; what is not given is the default. Counts from the next judgement on.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND; ERR_EVIDENCE_URL_UNSUPPORTED with `field`; ERR_REQUEST_INVALID for an issuer that is none of
 *   the CA's certificates; ERR_CHANGE_SET_REQUIRED, ERR_CHANGE_FROZEN
 */
export async function setCaSources(
  ports: Ports,
  act: Act,
  caId: string,
  given: Partial<CaSources>,
): Promise<CaSourcesView> {
  readSources(given);
  return act.transaction(async (repositories) => {
    await refuseDirectChange(repositories, ports);
    return putSources(repositories, ports, authorOf(act), caId, given);
  });
}

/** @throws {CodedError} ERR_REQUEST_INVALID with `field` for an address that is none */
export function readSources(given: Partial<CaSources>): CaSources {
  const sources: CaSources = { ...noSources, ...given };
  for (const list of addressLists)
    for (const [index, { url }] of sources[list].entries()) requireUsable(url, `/${list}/${index}/url`);
  return sources;
}

/** The same inside a transaction that is running. @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_REQUEST_INVALID */
export async function putSources(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  caId: string,
  given: Partial<CaSources>,
): Promise<CaSourcesView> {
  const updatedAt = ports.clock().toISOString();
  const ca = await repositories.cas.byId(caId);
  if (ca === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const before = (await repositories.evidence.sourcesOf(caId))?.sources ?? noSources;
  // Whoever sets addresses must not loosen the rule by leaving it out.
  const sources = { ...readSources(given), revocation: given.revocation ?? before.revocation };
  const known = new Set(ca.certificates.map(({ digest }) => digest));
  for (const list of addressLists) requireIssuers(sources[list], known, list);
  await repositories.evidence.setSources(caId, sources, updatedAt);
  await recordChange(repositories, ports, author, {
    ...{ registry: 'cas', recordId: caId, action: 'ca.set-sources', record: { sources } },
    details: { ...sources },
  });
  return { caId, updatedAt, ...sources };
}

function requireUsable(url: string, field: string): void {
  try {
    readSourceUrl(url, 'registry');
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new CodedError('ERR_REQUEST_INVALID', { field, rule: String(error.params.rule ?? 'URL') }, { cause: error });
  }
}

function requireIssuers(addresses: readonly SourceAddress[], known: ReadonlySet<string>, list: string): void {
  const foreign = addresses.findIndex(({ issuer }) => issuer !== undefined && !known.has(issuer));
  if (foreign >= 0)
    throw new CodedError('ERR_REQUEST_INVALID', {
      field: `/${list}/${foreign}/issuer`,
      rule: 'digest of a certificate of this CA',
    });
}

/** State of every listed source. */
export async function listSources(ports: Ports, caId?: string): Promise<readonly SourceView[]> {
  const views = ports.evidence.sources(await ports.trust.current(ports.store));
  return caId === undefined ? views : views.filter((view) => view.caId === caId);
}

export const sourceStates = ['stale', 'failing', 'waiting', 'fresh'] as const;
export type SourceState = (typeof sourceStates)[number];
/** How many sources are in each. */
export type SourceCounts = Readonly<Record<SourceState, number>>;

/** A source that has failed and whose list still counts is `failing`; one whose list no longer counts is `stale`, whatever else. */
export function sourceStateOf({ list, failures, lastSuccessAt }: SourceView): SourceState {
  if (list?.stale === true) return 'stale';
  if (failures > 0) return 'failing';
  return list === null && lastSuccessAt === null ? 'waiting' : 'fresh';
}

export function countSources(sources: readonly SourceView[]): SourceCounts {
  const counts = { stale: 0, failing: 0, waiting: 0, fresh: 0 };
  for (const source of sources) counts[sourceStateOf(source)] += 1;
  return counts;
}

export interface SourcePage extends Page<SourceView & { readonly state: SourceState }> {
  /** Of all sources of these CAs, whatever their state. */
  readonly counts: SourceCounts;
}

/**
 * Sources in the order of their names.
 *
 * @param filter  `cas`: of these alone; all when absent
 */
export async function pageSources(
  ports: Ports,
  page: PageRequest<string>,
  { cas, state }: { readonly cas?: readonly string[] | undefined; readonly state?: SourceState | undefined },
): Promise<SourcePage> {
  const all = await listSources(ports);
  const ours = cas === undefined ? all : all.filter(({ caId }) => caId !== null && cas.includes(caId));
  const wanted = ours
    .map((source) => ({ ...source, state: sourceStateOf(source) }))
    .filter((source) => state === undefined || source.state === state)
    .filter(({ source }) => page.after === null || source > page.after)
    .sort((one, other) => (one.source < other.source ? -1 : 1));
  const shown = await pageOf(
    page,
    async ({ limit }) => wanted.slice(0, limit),
    ({ source }) => source,
  );
  return { ...shown, counts: countSources(ours) };
}

/** Asks every listed source of a CA now, and waits for them; failures of before are forgotten. */
export async function refreshSources(ports: Ports, act: Act, caId: string): Promise<readonly SourceView[]> {
  if ((await ports.store.cas.byId(caId)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  await ports.evidence.refresh(await ports.trust.current(ports.store), caId);
  const views = await listSources(ports, caId);
  await act.transaction((repositories) =>
    appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'ca.refresh-sources', target: caId, outcome: 'done' },
      details: { failing: views.filter(({ failures }) => failures > 0).map(({ url }) => url) },
    }),
  );
  return views;
}

/**
 * Forgets the list of a source, so that one with a lower number is taken: a CA that was restored from a backup counts anew.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND
 */
export async function forgetList(ports: Ports, act: Act, caId: string, source: string): Promise<readonly SourceView[]> {
  const views = await listSources(ports, caId);
  if (!views.some((view) => view.source === source)) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const forgotten = await ports.evidence.forgetList(source);
  if (!forgotten) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  await act.transaction((repositories) =>
    appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'ca.forget-list', target: caId, outcome: 'done', details: { source } },
    }),
  );
  return listSources(ports, caId);
}
