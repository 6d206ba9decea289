import { hasCome } from '../has-come.ts';
import type { ImportJob } from '../ports/import-records.ts';
import type { Ports } from '../ports/ports.ts';
import type { Repositories } from '../ports/store.ts';

/** A node that lost its lease stops: what it was about to write is another's to write. */
export class LeaseLost extends Error {}

export interface LeaseRules {
  /** This process, by a name that no other has. */
  readonly node: string;
  readonly seconds: number;
}

type LeasePorts = Pick<Ports, 'store' | 'clock'>;

const until = ({ clock }: Pick<Ports, 'clock'>, { seconds }: LeaseRules): string =>
  new Date(clock().getTime() + seconds * 1_000).toISOString();

/** Takes a job that nobody living works on; null when another was faster or it has none left. */
export function takeLease(ports: LeasePorts, rules: LeaseRules, id: string): Promise<ImportJob | null> {
  return ports.store.transaction(async (repositories) => {
    const job = await repositories.imports.byId(id);
    if (job === null || (job.state !== 'checking' && job.state !== 'running')) return null;
    if (job.lease !== null && !hasCome(job.lease.until, ports.clock().toISOString())) return null;
    const taken: ImportJob = {
      ...{ ...job, lease: { owner: rules.node, until: until(ports, rules) } },
      // A check that was broken off begins anew.
      ...(job.state === 'checking' && { position: 0, counts: {} }),
    };
    await repositories.imports.update(taken);
    return taken;
  });
}

/**
 * Changes a job that this node works on, in one transaction with whatever the change writes. The lease is looked at there and not before, so
 * that a node that slept through its end writes nothing, whatever the clocks say; and it is renewed.
 *
 * @throws {LeaseLost} also when somebody paused or cancelled the job
 */
export function withLease(
  ports: LeasePorts,
  rules: LeaseRules,
  held: Pick<ImportJob, 'id' | 'state'>,
  change: (repositories: Repositories, job: ImportJob) => Promise<ImportJob>,
): Promise<ImportJob> {
  return ports.store.transaction(async (repositories) => {
    const job = await repositories.imports.byId(held.id);
    if (job === null || job.state !== held.state || job.lease?.owner !== rules.node) throw new LeaseLost();
    const changed = await change(repositories, job);
    const ended = changed.state !== held.state;
    const kept = { ...changed, lease: ended ? null : { owner: rules.node, until: until(ports, rules) } };
    await repositories.imports.update(kept);
    await repositories.events.publish('import.changed', { id: job.id });
    return kept;
  });
}
