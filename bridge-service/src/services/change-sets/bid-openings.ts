import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { newId } from '../identifiers.ts';
import type { BidOpening } from '../ports/change-records.ts';
import type { Act, Ports } from '../ports/ports.ts';
import { authorOf } from '../registry/record-change.ts';

const longestDays = 14;

/**
 * Puts a bid opening into the calendar: changes are frozen shortly before and during it. A platform puts in its own.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID for an end before the start or too long after it; ERR_REQUEST_NOT_FOUND for no such platform
 */
export async function addBidOpening(
  ports: Ports,
  act: Act,
  input: {
    readonly title: string;
    readonly startsAt: string;
    readonly endsAt: string;
    readonly platformId?: string | undefined;
  },
): Promise<BidOpening> {
  const { clock, ops } = ports;
  const [startsAt, endsAt] = [new Date(input.startsAt), new Date(input.endsAt)];
  const length = endsAt.getTime() - startsAt.getTime();
  if (!(length > 0) || length > longestDays * 86_400_000)
    throw new CodedError('ERR_REQUEST_INVALID', {
      field: '/endsAt',
      rule: `after startsAt, ${longestDays} days at most`,
    });
  const platformId = act.caller.role === 'platform' ? act.caller.id : input.platformId;
  if (platformId === undefined) throw new CodedError('ERR_REQUEST_INVALID', { field: '/platformId', rule: 'required' });
  const opening: BidOpening = {
    ...{ id: newId('opn', clock, ops), platformId, title: input.title },
    ...{ startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
    ...{ createdBy: act.caller.id, createdAt: clock().toISOString(), cancelledAt: null },
  };
  return act.transaction(async (repositories) => {
    if ((await repositories.callers.byId(platformId))?.role !== 'platform')
      throw new CodedError('ERR_REQUEST_NOT_FOUND');
    await repositories.bidOpenings.add(opening);
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'bid-opening.add', target: opening.id, outcome: 'done' },
      details: { ...opening },
    });
    return opening;
  });
}

/** Openings that are not over, soonest first. */
export async function listBidOpenings({ store, clock }: Ports, limit: number): Promise<readonly BidOpening[]> {
  return store.bidOpenings.upcoming(clock().toISOString(), limit);
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND, also for a platform that asks about another's */
export async function cancelBidOpening(ports: Ports, act: Act, id: string): Promise<BidOpening> {
  return act.transaction(async (repositories) => {
    const opening = await repositories.bidOpenings.byId(id);
    const foreign = act.caller.role === 'platform' && opening?.platformId !== act.caller.id;
    if (opening === null || foreign) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    const at = ports.clock().toISOString();
    if (!(await repositories.bidOpenings.cancel(id, at))) return opening;
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'bid-opening.cancel', target: id, outcome: 'done' },
    });
    return { ...opening, cancelledAt: at };
  });
}
