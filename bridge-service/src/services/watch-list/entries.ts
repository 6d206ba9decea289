import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { newId } from '../identifiers.ts';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import { type Page, pageOf } from '../page.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { PageRequest, Repositories } from '../ports/store.ts';
import type { ShownWatchState, WatchAction, WatchEntry, WatchKind, WatchState } from '../ports/watch-store.ts';
import { authorOf } from '../registry/record-change.ts';
import { comparable, watchDigest } from './watch-value.ts';

export interface EntryToPropose {
  readonly kind: WatchKind;
  readonly value: string;
  readonly action: WatchAction;
  readonly reason: string;
  readonly evidence: string;
  readonly expiresAt: string;
}

export interface WatchEntryView extends Omit<WatchEntry, 'valueDigest' | 'sealed' | 'state'> {
  readonly state: ShownWatchState;
}

/** For how long a clearance lets a holder in whom an entry makes step up. */
const clearanceMs = 10 * 60_000;

/**
 * Proposes an entry. It has no effect before another person approves it.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID { field } for a value of another form, or an expiry that is past
 */
export async function proposeEntry(ports: Ports, act: Act, input: EntryToPropose): Promise<WatchEntryView> {
  const { clock, ops, personal } = ports;
  const now = clock().toISOString();
  const expiresAt = new Date(input.expiresAt).toISOString();
  if (expiresAt <= now) throw new CodedError('ERR_REQUEST_INVALID', { field: '/expiresAt', rule: 'in the future' });
  const value = comparable(input.kind, input.value);
  const id = newId('wat', clock, ops);
  const sealed = personal.seal(value, `watch_entries/${id}`);
  const entry: WatchEntry = {
    ...{ id, kind: input.kind, valueDigest: watchDigest(personal, input.kind, value), sealed: sealed.sealed },
    shown: input.kind === 'person' ? sealed.masked : value,
    // Free words, which platforms and supervision are told: whom they are about is the value's to say.
    ...maskPersonalNumbers({ reason: input.reason, evidence: input.evidence }),
    ...{ action: input.action, state: 'proposed' },
    ...{ proposedBy: act.caller.id, proposedAt: now, expiresAt, updatedAt: now, decidedBy: null, decidedAt: null },
    ...{ endedBy: null, endedAt: null, endReason: null, clearedUntil: null },
  };
  return changing(ports, act, async (repositories) => {
    await repositories.watchList.add(entry);
    return recorded(repositories, ports, act, entry, 'watchlist.propose');
  });
}

/**
 * Another person decides about a proposed entry.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_CHANGE_STATE, ERR_CHANGE_SAME_PERSON
 */
export async function decideEntry(
  ports: Ports,
  act: Act,
  id: string,
  decision: 'approve' | 'reject',
): Promise<WatchEntryView> {
  return changing(ports, act, async (repositories) => {
    // To refuse what expired meanwhile is no mistake; whoever approves it is not to believe that it counts.
    const entry = await inState(repositories, ports, id, 'proposed', decision === 'reject');
    if (decision === 'approve' && entry.proposedBy === act.caller.id) throw new CodedError('ERR_CHANGE_SAME_PERSON');
    const now = ports.clock().toISOString();
    const state = decision === 'approve' ? 'active' : 'rejected';
    const decided: WatchEntry = { ...entry, state, decidedBy: act.caller.id, decidedAt: now, updatedAt: now };
    await repositories.watchList.update(decided);
    return recorded(repositories, ports, act, decided, `watchlist.${decision}`);
  });
}

/** Ends an active entry before its time. @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_CHANGE_STATE */
export async function endEntry(ports: Ports, act: Act, id: string, reason: string): Promise<WatchEntryView> {
  return changing(ports, act, async (repositories) => {
    const entry = await inState(repositories, ports, id, 'active');
    const now = ports.clock().toISOString();
    const ended: WatchEntry = {
      ...{
        ...entry,
        state: 'ended',
        endedBy: act.caller.id,
        endedAt: now,
        endReason: maskPersonalNumbers(reason),
        updatedAt: now,
      },
    };
    await repositories.watchList.update(ended);
    return recorded(repositories, ports, act, ended, 'watchlist.end');
  });
}

/**
 * Vouches for the holder whom an entry makes step up: for ten minutes it alerts only.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_CHANGE_STATE when it is not active or of another action
 */
export async function clearEntry(ports: Ports, act: Act, id: string): Promise<WatchEntryView> {
  return changing(ports, act, async (repositories) => {
    const entry = await inState(repositories, ports, id, 'active');
    if (entry.action !== 'step-up') throw new CodedError('ERR_CHANGE_STATE', { state: entry.action });
    const now = ports.clock();
    const clearedUntil = new Date(now.getTime() + clearanceMs).toISOString();
    const cleared: WatchEntry = { ...entry, clearedUntil, updatedAt: now.toISOString() };
    await repositories.watchList.update(cleared);
    return recorded(repositories, ports, act, cleared, 'watchlist.clear');
  });
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findEntry(ports: Ports, id: string): Promise<WatchEntryView> {
  const entry = await ports.store.watchList.byId(id);
  if (entry === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return entryView(entry, ports);
}

export async function listEntries(
  ports: Ports,
  page: PageRequest<string>,
  state?: ShownWatchState,
): Promise<Page<WatchEntryView>> {
  const filter = state === undefined ? undefined : { state, now: ports.clock().toISOString() };
  const { items, nextCursor } = await pageOf(
    page,
    (request) => ports.store.watchList.list(request, filter),
    ({ id }) => id,
  );
  return { items: items.map((entry) => entryView(entry, ports)), nextCursor };
}

/** What this node has committed counts here at once; an event tells the others. */
async function changing<T>({ watched }: Ports, act: Act, work: (repositories: Repositories) => Promise<T>): Promise<T> {
  const changed = await act.transaction(work);
  watched.refresh();
  return changed;
}

async function inState(
  { watchList }: Repositories,
  ports: Pick<Ports, 'clock'>,
  id: string,
  wanted: WatchState,
  evenExpired = false,
): Promise<WatchEntry> {
  const entry = await watchList.byId(id);
  if (entry === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const state = evenExpired ? entry.state : stateNow(entry, ports);
  if (state !== wanted) throw new CodedError('ERR_CHANGE_STATE', { state });
  return entry;
}

/** What the state is now. */
function stateNow({ state, expiresAt }: WatchEntry, { clock }: Pick<Ports, 'clock'>): ShownWatchState {
  const past = expiresAt <= clock().toISOString();
  return past && (state === 'proposed' || state === 'active') ? 'expired' : state;
}

function entryView(entry: WatchEntry, ports: Pick<Ports, 'clock'>): WatchEntryView {
  const { valueDigest: _digest, sealed: _sealed, ...view } = entry;
  return { ...view, state: stateNow(entry, ports) };
}

async function recorded(
  repositories: Repositories,
  ports: Ports,
  act: Act,
  entry: WatchEntry,
  action: string,
): Promise<WatchEntryView> {
  const view = entryView(entry, ports);
  await appendAudit(repositories, ports, {
    ...authorOf(act),
    ...{ action, target: entry.id, outcome: 'done', details: { ...view } },
  });
  await repositories.events.publish('watchlist.changed', { id: entry.id });
  return view;
}
