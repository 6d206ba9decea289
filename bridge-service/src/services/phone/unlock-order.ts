import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import type { Phone, PhoneOrder } from '../ports/phone-records.ts';
import type { Repositories } from '../ports/store.ts';
import { changeOrder, demandOrderState, demandPhoneOf, type OrderAct, type OrderPorts } from './order-life.ts';
import { equalText, pinDigest, shareOf } from './register-phone.ts';

/** So many wrong PINs in a row lock the phone's key for good. */
export const mostPinFailures = 5;
/** So many wrong check codes end an order: there are a thousand. */
const mostMatchFailures = 2;

/**
 * Releases what the phone's key is wrapped under, for the right PIN and an order that the phone has. Every attempt is counted in the database
 * before its outcome is told.
 *
 * @param given  what the phone makes of the PIN, hex; and the check code of the screen, where the phone did not see the code move there
 * @throws {CodedError} ERR_PHONE_CHECK_WRONG { left }, ERR_PHONE_PIN_WRONG { left }, ERR_PHONE_LOCKED, ERR_PHONE_ORDER_UNKNOWN, ERR_PHONE_ORDER_STATE, ERR_PHONE_ORDER_EXPIRED
 */
export async function unlockOrder(
  ports: OrderPorts,
  act: OrderAct,
  { id: phoneId }: Phone,
  orderId: string,
  { pinProof, checkCode }: { readonly pinProof: string; readonly checkCode?: string | undefined },
): Promise<{ readonly share: string }> {
  const outcome = await act.transaction(async (repositories) => {
    const phone = await repositories.phones.byId(phoneId);
    if (phone === null) throw new CodedError('ERR_PHONE_UNKNOWN');
    if (phone.lockedAt !== null) throw new CodedError('ERR_PHONE_LOCKED');
    const order = demandPhoneOf(await repositories.phoneOrders.byId(orderId), phone);
    const now = ports.clock();
    demandOrderState(order, ['claimed'], now);
    if (order.matchNeeded && checkCode !== order.checkCode)
      return new CodedError('ERR_PHONE_CHECK_WRONG', { left: await countMismatch(repositories, ports, act, order) });
    if (!equalText(pinDigest(ports, phone.id, pinProof), phone.pinDigest)) {
      const left = await countFailure(repositories, ports, act, phone);
      if (left === 0)
        await changeOrder(repositories, ports, act.author, order, {
          ...{ action: 'phone-order.deny', outcome: 'refused', reason: 'ERR_PHONE_LOCKED' },
          fields: { state: 'denied', reason: { code: 'ERR_PHONE_LOCKED', params: {} } },
        });
      return left === 0 ? new CodedError('ERR_PHONE_LOCKED') : new CodedError('ERR_PHONE_PIN_WRONG', { left });
    }
    await repositories.phones.update({ ...phone, failures: 0, usedAt: now.toISOString() });
    await changeOrder(repositories, ports, act.author, order, {
      ...{ action: 'phone-order.unlock', fields: { unlockedAt: now.toISOString() } },
    });
    return { share: shareOf(ports, phone) };
  });
  // Thrown here: the count is written down.
  if (outcome instanceof CodedError) throw outcome;
  return outcome;
}

/** @returns how many attempts are left; none ends the order */
async function countMismatch(
  repositories: Repositories,
  ports: OrderPorts,
  { author }: OrderAct,
  order: PhoneOrder,
): Promise<number> {
  const matchFailures = order.matchFailures + 1;
  const left = Math.max(0, mostMatchFailures - matchFailures);
  const reason = { code: 'ERR_PHONE_CHECK_WRONG', params: { left } } as const;
  await changeOrder(repositories, ports, author, order, {
    ...{ action: 'phone-order.mismatch', outcome: 'refused', reason: reason.code },
    fields: { matchFailures, ...(left === 0 && { state: 'denied', reason }) },
  });
  return left;
}

/** @returns how many attempts are left */
async function countFailure(
  repositories: Repositories,
  ports: OrderPorts,
  { author }: OrderAct,
  phone: Phone,
): Promise<number> {
  const failures = phone.failures + 1;
  const left = Math.max(0, mostPinFailures - failures);
  const lockedAt = left === 0 ? ports.clock().toISOString() : null;
  await repositories.phones.update({ ...phone, failures, lockedAt });
  await appendAudit(repositories, ports, {
    ...author,
    ...{ action: left === 0 ? 'phone.lock' : 'phone.wrong-pin', target: phone.id, outcome: 'refused' },
    ...{ reason: left === 0 ? 'ERR_PHONE_LOCKED' : 'ERR_PHONE_PIN_WRONG', details: { failures } },
  });
  return left;
}
