import { CodedError } from '@onelock/core/errors';
import type { BidOpening } from '../ports/change-records.ts';
import type { Ports } from '../ports/ports.ts';
import type { Role } from '../ports/records.ts';
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

/** Roles of people who decide about others' proposals. */
const people: ReadonlySet<Role> = new Set(['operator', 'supervisor', 'administrator']);

/**
 * Under two-person control nobody lets a platform in alone, nor another person: who could, would approve what they propose. While there is nobody
 * else yet, the first administrator may.
 *
 * @throws {CodedError} ERR_CHANGE_SET_REQUIRED
 */
export async function refuseLoneAdmission(
  { callers }: Pick<Readings, 'callers'>,
  { changes }: Pick<Ports, 'changes'>,
  role: Role,
): Promise<void> {
  if (changes.control !== 'two-person' || role === 'agent' || role === 'vendor') return;
  const deciders = (await callers.countActive('operator')) + (await callers.countActive('administrator'));
  if (!people.has(role) || deciders >= 2) throw new CodedError('ERR_CHANGE_SET_REQUIRED');
}

/**
 * The same of a change of a caller that is there; platforms are not changed during a bid opening either. What a person is called is their own
 * matter, what they may do is not.
 *
 * @throws {CodedError} ERR_CHANGE_SET_REQUIRED, ERR_CHANGE_FROZEN { opening, until }
 */
export async function refuseLoneChange(
  readings: Pick<Readings, 'callers' | 'bidOpenings'>,
  ports: FreezePorts,
  role: Role,
): Promise<void> {
  if (role === 'platform') await refuseDirectChange(readings, ports);
  else await refuseLoneAdmission(readings, ports, role);
}

/**
 * CAs, their sources and profiles, and platforms are not changed during a bid opening, and under two-person control by change sets alone.
 *
 * @throws {CodedError} ERR_CHANGE_SET_REQUIRED, ERR_CHANGE_FROZEN { opening, until }
 */
export async function refuseDirectChange(readings: Pick<Readings, 'bidOpenings'>, ports: FreezePorts): Promise<void> {
  if (ports.changes.control === 'two-person') throw new CodedError('ERR_CHANGE_SET_REQUIRED');
  const opening = await frozenBy(readings, ports);
  if (opening !== null) throw new CodedError('ERR_CHANGE_FROZEN', { opening: opening.title, until: opening.endsAt });
}
