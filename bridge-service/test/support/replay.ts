import type { AuditEntryWithDetails } from '../../src/services/ports/store.ts';
import { judgementActions, type Replay, replayJudgement } from '../../src/services/replay-judgement.ts';
import type { TestService } from './service.ts';

/** Judges everything that a service has judged again, and gives what came of each. */
export async function replayEverything({
  ports,
}: TestService): Promise<readonly { readonly entry: AuditEntryWithDetails; readonly replay: Replay }[]> {
  const entries = (await ports.store.audit.list({ after: null, limit: 10_000 }, {})).filter(({ action }) =>
    judgementActions.some((one) => one === action),
  );
  const replays: { entry: AuditEntryWithDetails; replay: Replay }[] = [];
  for (const entry of entries) replays.push({ entry, replay: await replayJudgement(ports, entry) });
  return replays;
}
