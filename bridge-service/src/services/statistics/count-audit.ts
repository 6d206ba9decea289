import type { Ports } from '../ports/ports.ts';
import { countEntries } from './count-entries.ts';

/** Entries in one step: the event loop is not held for longer than some milliseconds. */
const step = 400;
/** Names of drivers with rows of their own. Platforms say them; what comes beyond is counted together. */
const mostDrivers = 500;

export interface AuditCounter {
  /**
   * Counts what the audit log has grown by.
   *
   * @param patience  called between steps; false ends the round
   * @returns whether this node did the counting: false when another one is at it
   */
  catchUp(patience?: () => boolean): Promise<boolean>;
}

/**
 * Statistics are made from the audit log, behind the judgements' backs: a judgement costs nothing more. What is counted and how far is
 * written in one transaction, so that whatever is killed, and however many nodes count, each entry counts once.
 */
export function createAuditCounter({ store }: Pick<Ports, 'store'>): AuditCounter {
  let owners: { readonly version: number; readonly caOf: ReadonlyMap<string, string> } | null = null;
  let drivers: Set<string> | null = null;

  const ownersNow = async (): Promise<ReadonlyMap<string, string>> => {
    const version = await store.cas.version();
    if (owners?.version !== version) owners = { version, caOf: await store.statistics.caOfCertificates() };
    return owners.caOf;
  };
  const driverOf = (said: string): string => {
    if (drivers === null || said === '' || drivers.has(said)) return said;
    if (drivers.size >= mostDrivers) return 'other';
    drivers.add(said);
    return said;
  };

  return {
    async catchUp(patience = () => true) {
      for (;;) {
        const from = await store.statistics.counted();
        const entries = await store.audit.list({ after: from, limit: step }, {});
        const last = entries.at(-1);
        if (last === undefined) return true;
        drivers ??= new Set(await store.statistics.drivers());
        const counted = countEntries(entries, { caOf: await ownersNow(), driverOf });
        const ours = await store.transaction(({ statistics }) => statistics.add(from, last.sequence, counted));
        if (!ours) return false;
        if (entries.length < step || !patience()) return true;
      }
    },
  };
}
