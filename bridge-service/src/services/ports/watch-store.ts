import type { PageRequest } from './store.ts';

export const watchKinds = ['certificate', 'key-serial', 'company', 'person', 'machine'] as const;
export type WatchKind = (typeof watchKinds)[number];

/** Mildest first. */
export const watchActions = ['alert', 'step-up', 'block'] as const;
export type WatchAction = (typeof watchActions)[number];

export const watchStates = ['proposed', 'active', 'rejected', 'ended'] as const;
export type WatchState = (typeof watchStates)[number];

/** As it is shown: one that was proposed or active when its time came has `expired`, which nobody has to write down. */
export const shownWatchStates = [...watchStates, 'expired'] as const;
export type ShownWatchState = (typeof shownWatchStates)[number];

export interface WatchEntry {
  readonly id: string;
  readonly kind: WatchKind;
  /** Keyed digest, hex: what a use is looked up by. */
  readonly valueDigest: string;
  readonly sealed: string;
  /** The value; a person's document number by its ends only. */
  readonly shown: string;
  readonly action: WatchAction;
  readonly reason: string;
  /** What it rests on: number of a decision, digest of a file. */
  readonly evidence: string;
  readonly state: WatchState;
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly expiresAt: string;
  readonly updatedAt: string;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly endedBy: string | null;
  readonly endedAt: string | null;
  readonly endReason: string | null;
  /** Of `step-up`: until then somebody has vouched for the holder. */
  readonly clearedUntil: string | null;
}

/** A use that met the watch-list; and that somebody on the server made, or used, a way around everybody's key. */
export const supervisionEventTypes = ['watchlist.hit', 'break-glass.issued', 'break-glass.used'] as const;

/** Something that supervision is told. */
export interface SupervisionEvent {
  /** 1, 2, 3 … */
  readonly sequence: number;
  readonly id: string;
  readonly at: string;
  readonly type: (typeof supervisionEventTypes)[number];
  /** JSON; no personal data. */
  readonly data: string;
}

export interface WatchRepository {
  add(entry: WatchEntry): Promise<void>;
  /** Replaces what can change of an entry: state and what was decided about it. */
  update(entry: WatchEntry): Promise<void>;
  byId(id: string): Promise<WatchEntry | null>;
  /** @param filter  what the state is at an instant */
  list(
    page: PageRequest<string>,
    filter?: { readonly state: ShownWatchState; readonly now: string },
  ): Promise<readonly WatchEntry[]>;
  /** Active and not expired. */
  hits(valueDigests: readonly string[], now: string): Promise<readonly WatchEntry[]>;
  /** Grows with every change of any entry. */
  version(): Promise<number>;
  /** What active entries are looked up by. */
  activeValues(): Promise<readonly Pick<WatchEntry, 'kind' | 'valueDigest'>[]>;
  /** Certificates that the registry binds to a company which is watched: SM3 of each, hex, with the company's credit code. */
  boundToWatched(): Promise<ReadonlyMap<string, string>>;
  /** @returns its sequence */
  tell(event: Omit<SupervisionEvent, 'sequence'>): Promise<number>;
  toldAfter(sequence: number, limit: number): Promise<readonly SupervisionEvent[]>;
  lastTold(): Promise<number>;
  /** Of entries that ended before: whom they were about. Of a person's number its ends stay, as they are shown. */
  forgetEndedBefore(instant: string): Promise<number>;
}
