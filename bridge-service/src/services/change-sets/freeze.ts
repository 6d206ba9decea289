import { CodedError } from '@onelock/core/errors';
import type { BidOpening } from '../ports/change-records.ts';
import type { Ports } from '../ports/ports.ts';
import type { Readings } from '../ports/store.ts';

type FreezePorts = Pick<Ports, 'clock' | 'changes'>;

/** The bid opening that freezes changes now, if any. */
export async function frozenBy(
  { bidOpenings }: Pick<Readings, 'bidOpenings'>,
  { clock, changes }: FreezePorts,
): Promise<BidOpening | null> {
  const now = clock();
  const lead = new Date(now.getTime() + changes.freezeLeadMinutes * 60_000);
  return bidOpenings.on(now.toISOString(), lead.toISOString());
}

/**
 * The registry of CAs is not changed during a bid opening, and under two-person control by change sets alone.
 *
 * @throws {CodedError} ERR_CHANGE_SET_REQUIRED, ERR_CHANGE_FROZEN { opening, until }
 */
export async function refuseDirectChange(readings: Pick<Readings, 'bidOpenings'>, ports: FreezePorts): Promise<void> {
  if (ports.changes.control === 'two-person') throw new CodedError('ERR_CHANGE_SET_REQUIRED');
  const opening = await frozenBy(readings, ports);
  if (opening !== null) throw new CodedError('ERR_CHANGE_FROZEN', { opening: opening.title, until: opening.endsAt });
}
