import type { Alert, WatchAction, WatchKind } from './api.ts';
import { say } from './words.ts';

/** An alert as one sentence, for screen readers and the wall. */
export function alertSentence({ data, shown, platformName }: Alert): string {
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
