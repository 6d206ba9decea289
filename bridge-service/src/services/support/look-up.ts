import { CodedError, type ErrorCode, errorRegistry, type WhoCanAct } from '@onelock/core/errors';
import { describeError, type Locale } from '@onelock/core/messages';
import { findLogin } from '../find-login.ts';
import type { LoginView } from '../judge-login-token.ts';
import type { AuditEntryView } from '../list-audit.ts';
import type { Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import type { AuditEntryWithDetails } from '../ports/store.ts';
import { type InclusionProof, proveInclusion } from '../prove-audit.ts';
import { entriesAround, timeOfId } from './entries-around.ts';
import { isErrorCode } from './is-error-code.ts';

/** Why something ended as it did, in words. */
export interface ToldReason {
  readonly code: string;
  readonly message: string;
  readonly whoCanAct: WhoCanAct | null;
}

export interface StoryEntry extends Omit<AuditEntryView, 'details' | 'detailsSalt'> {
  readonly actorName: string | null;
  readonly told: ToldReason | null;
  /** What the verdict was made from, by digest; null once the details were erased. */
  readonly evidence: readonly EvidenceLine[] | null;
  readonly proof: InclusionProof;
}

export interface EvidenceLine {
  readonly use: string;
  readonly digest: string;
}

/** All that the service knows about one id. */
export interface Story {
  readonly id: string;
  readonly kind: 'request' | 'login' | 'entry' | 'record';
  readonly asked: {
    readonly at: string;
    readonly caller: string;
    readonly name: string | null;
    readonly role: string;
  } | null;
  readonly verdict: { readonly indication: string; readonly told: ToldReason | null } | null;
  /** The answer was an error; nothing was judged. */
  readonly refusal: {
    readonly at: string;
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly told: ToldReason;
    readonly params: Readonly<Record<string, unknown>>;
  } | null;
  readonly login: LoginView | null;
  readonly entries: readonly StoryEntry[];
  /** The newest checkpoint that covers the entries; null: none does yet. */
  readonly checkpoint: { readonly size: number; readonly at: string } | null;
}

type StoryPorts = Pick<Ports, 'store' | 'ops'>;

const mostEntries = 20;

/**
 * Everything about an id that somebody was given: of a request or an error, a login, an entry of the audit log, or any record. A
 * platform finds its own alone.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND
 */
export async function lookUp(ports: StoryPorts, caller: Caller, id: string, locale: Locale): Promise<Story> {
  const { store } = ports;
  const own = (actor: string): boolean => caller.role !== 'platform' || actor === caller.id;
  const entries = (await entriesOf(ports, id)).filter(({ actor }) => own(actor)).slice(0, mostEntries);
  const refused = id.startsWith('req_') ? await store.statistics.refusal(id) : null;
  const refusal = refused !== null && own(refused.caller) ? refused : null;
  const loginId = id.startsWith('lgn_') ? id : entries.find(({ action }) => action === 'login.judge')?.target;
  const login = loginId === undefined ? null : await loginOf(ports, caller, loginId);
  const [first] = entries;
  if (first === undefined && refusal === null && login === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');

  const actors = [...entries.map(({ actor }) => actor), ...(refusal === null ? [] : [refusal.caller])];
  const names = await store.statistics.names('callers', [...new Set(actors)]);
  const checkpoint = await store.audit.latestCheckpoint();
  const last = entries.at(-1)?.sequence ?? 0;
  const judged = entries.find(({ outcome }) => outcome !== 'done');
  return {
    id,
    kind: kindOf(id),
    asked:
      first === undefined
        ? refusal && { at: refusal.at, caller: refusal.caller, name: names.get(refusal.caller) ?? null, role: '' }
        : { at: first.at, caller: first.actor, name: names.get(first.actor) ?? null, role: first.role },
    verdict: judged === undefined ? null : { indication: judged.outcome, told: told(judged.reason, {}, locale) },
    refusal: refusal && {
      ...{ at: refusal.at, method: refusal.method, route: refusal.route, status: refusal.status },
      told: told(refusal.code, paramsOf(refusal.params), locale) ?? {
        code: refusal.code,
        message: '',
        whoCanAct: null,
      },
      params: paramsOf(refusal.params),
    },
    login,
    entries: await Promise.all(entries.map((entry) => storyEntry(ports, entry, names, locale))),
    checkpoint:
      checkpoint !== null && last > 0 && checkpoint.size >= last ? { size: checkpoint.size, at: checkpoint.at } : null,
  };
}

function kindOf(id: string): Story['kind'] {
  if (/^\d+$/.test(id)) return 'entry';
  if (id.startsWith('req_')) return 'request';
  return id.startsWith('lgn_') ? 'login' : 'record';
}

async function entriesOf({ store }: StoryPorts, id: string): Promise<readonly AuditEntryWithDetails[]> {
  if (/^\d{1,15}$/.test(id)) {
    const entry = await store.audit.bySequence(Number(id));
    return entry === null ? [] : [entry];
  }
  const time = timeOfId(id);
  if (time === null) return [];
  const found = await entriesAround(store.audit, time, ({ requestId, target }) => requestId === id || target === id);
  return Promise.all(
    found.map(async (entry) => (await store.audit.bySequence(entry.sequence)) ?? { ...entry, details: null }),
  );
}

async function loginOf(ports: StoryPorts, caller: Caller, id: string): Promise<LoginView | null> {
  try {
    return await findLogin(ports as Ports, caller, id);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'ERR_REQUEST_NOT_FOUND') return null;
    throw error;
  }
}

async function storyEntry(
  ports: StoryPorts,
  { details, ...entry }: AuditEntryWithDetails,
  names: ReadonlyMap<string, string>,
  locale: Locale,
): Promise<StoryEntry> {
  return {
    ...entry,
    actorName: names.get(entry.actor) ?? null,
    told: told(entry.reason, {}, locale),
    evidence: details === null ? null : evidenceOf(JSON.parse(details.details) as Readonly<Record<string, unknown>>),
    proof: await proveInclusion(ports, entry.sequence, undefined),
  };
}

/** Digests that the details name, in the order in which they stand. */
function evidenceOf(details: Readonly<Record<string, unknown>>): readonly EvidenceLine[] {
  return Object.entries(details).flatMap(([use, value]) =>
    [value]
      .flat()
      .flatMap((one: unknown) =>
        typeof one === 'string' && /^sm3:[0-9a-f]{64}$/.test(one) ? [{ use, digest: one }] : [],
      ),
  );
}

function paramsOf(json: string): Readonly<Record<string, string | number | boolean | null>> {
  return JSON.parse(json) as Readonly<Record<string, string | number | boolean | null>>;
}

function told(
  code: string,
  params: Readonly<Record<string, string | number | boolean | null>>,
  locale: Locale,
): ToldReason | null {
  if (code === '') return null;
  if (!isErrorCode(code)) return { code, message: code, whoCanAct: null };
  const known: ErrorCode = code;
  return { code, message: describeError(known, params, locale), whoCanAct: errorRegistry[known].whoCanAct };
}
