import type { Alert, WatchAction, WatchKind } from './api.ts';
import { say } from './words.ts';

/** An alert as one sentence, for screen readers and the wall. */
export function alertSentence({ data, shown, platformName }: Alert): string {
  return say('new.alert', {
    kind: say(`kind.${data.kind as WatchKind}`),
    shown: shown ?? '',
    action: say(`action.${data.action as WatchAction}`),
    platform: platformName ?? data.platform ?? '',
  });
}
