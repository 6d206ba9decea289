import type { Phone } from '../ports/phone-records.ts';
import {
  changeOrder,
  demandOrderState,
  demandOwnerOf,
  demandPhoneOf,
  type OrderAct,
  type OrderPorts,
  resultOf,
} from './order-life.ts';

/** Why somebody at a phone says no. */
export const denialCauses = ['not-me', 'wrong', 'later'] as const;
export type DenialCause = (typeof denialCauses)[number];

/** The person at the phone says no. @throws {CodedError} ERR_PHONE_ORDER_UNKNOWN, ERR_PHONE_ORDER_STATE, ERR_PHONE_ORDER_EXPIRED */
export async function denyOrder(
  ports: OrderPorts,
  act: OrderAct,
  phone: Phone,
  id: string,
  cause: DenialCause,
): Promise<void> {
  await act.transaction(async (repositories) => {
    const order = demandPhoneOf(await repositories.phoneOrders.byId(id), phone);
    demandOrderState(order, ['claimed'], ports.clock());
    await changeOrder(repositories, ports, act.author, order, {
      ...{ action: 'phone-order.deny', outcome: 'refused', details: { cause }, fields: { state: 'denied' } },
    });
  });
}

/** The person at the screen gives it up: nothing that a phone does afterwards counts. An order that is over stays as it is. */
export async function cancelOrder(ports: OrderPorts, act: OrderAct, ownerDigest: string, id: string): Promise<void> {
  await act.transaction(async (repositories) => {
    const order = demandOwnerOf(await repositories.phoneOrders.byId(id), ownerDigest);
    if (!['shown', 'claimed', 'approved'].includes(order.state)) return;
    await changeOrder(repositories, ports, act.author, order, {
      ...{ action: 'phone-order.cancel', fields: { state: 'cancelled' } },
    });
  });
}

/**
 * Gives the browser that began it the result, once.
 *
 * @throws {CodedError} ERR_PHONE_ORDER_UNKNOWN for any other browser; ERR_PHONE_ORDER_STATE, ERR_PHONE_ORDER_EXPIRED
 */
export async function finishOrder<Result>(
  ports: OrderPorts,
  act: OrderAct,
  ownerDigest: string,
  id: string,
): Promise<Result> {
  return act.transaction(async (repositories) => {
    const order = demandOwnerOf(await repositories.phoneOrders.byId(id), ownerDigest);
    demandOrderState(order, ['approved'], ports.clock());
    await changeOrder(repositories, ports, act.author, order, {
      ...{ action: 'phone-order.finish', fields: { state: 'done', result: null } },
    });
    return resultOf<Result>(ports, order);
  });
}
