import { type Alert, actionKinds, type WatchAction, type WatchKind } from './api.ts';
import { say } from './words.ts';

/** What happened, in two or three words. */
export function alertWhat({ type, data }: Pick<Alert, 'type' | 'data'>): string {
  if (isBreakGlass(type)) return say(`event.${type}`);
  return `${say(`action.${data.action as WatchAction}`)} · ${say(`kind.${data.kind as WatchKind}`)}`;
}

/** Somebody has gone around everybody's key: that is looked into like a block. */
export const alertKind = ({ type, data }: Pick<Alert, 'type' | 'data'>) =>
  isBreakGlass(type) ? 'bad' : actionKinds[data.action as WatchAction];

export const breakGlassTypes = ['break-glass.issued', 'break-glass.used'] as const;
export const isBreakGlass = (type: string): type is (typeof breakGlassTypes)[number] =>
  breakGlassTypes.some((one) => one === type);

/** Whether an event of the stream is one that somebody has to take note of. */
export const raisesAlert = (type: string): boolean => type === 'watchlist.hit' || isBreakGlass(type);

/** An alert as one sentence, for screen readers and the wall. */
export function alertSentence({ type, data, shown, platformName }: Alert): string {
  if (isBreakGlass(type)) return say(`new.${type}`, { name: shown ?? data.user ?? '' });
  return say('new.alert', {
    kind: say(`kind.${data.kind as WatchKind}`),
    shown: shortened(shown ?? ''),
    action: say(`action.${data.action as WatchAction}`),
    platform: platformName ?? data.platform ?? '',
  });
}

/** The ends of a digest: nobody reads all of it aloud. */
export const shortened = (value: string): string =>
  value.length > 24 ? `${value.slice(0, 10)}…${value.slice(-8)}` : value;
