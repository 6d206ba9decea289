import { CodedError } from '@onelock/core/errors';
import { normalizeCode, secretDigest } from '../identifiers.ts';
import { openChallenge } from '../open-challenge.ts';
import type { Phone, PhoneOrder } from '../ports/phone-records.ts';
import type { PhoneOrderRepository } from '../ports/phone-store.ts';
import type { Repositories } from '../ports/store.ts';
import { checkFrame, type ReadFrame, readFrame } from './frame.ts';
import {
  changeOrder,
  codeDigest,
  demandOrderState,
  type OrderAct,
  type OrderPorts,
  type PhoneOrderView,
  phoneOrderView,
  reviewSeconds,
  sealForOrder,
  secretsOf,
} from './order-life.ts';

/**
 * What a phone has seen of an order: a frame of its QR code, or the code that stands beside it. `by: 'camera'`: its page saw the code move on the
 * screen; a frame that came as a link may have been sent by anybody.
 */
export type Seen = { readonly frame: string; readonly by?: 'camera' | undefined } | { readonly code: string };

/**
 * The first phone that comes has the order, and gets its challenge; another is turned away, and both sides are told of it. The same phone may
 * come again.
 *
 * @throws {CodedError} ERR_PHONE_CODE_INVALID, ERR_PHONE_CODE_STALE, ERR_PHONE_ORDER_UNKNOWN, ERR_PHONE_ORDER_TAKEN, ERR_PHONE_ORDER_EXPIRED,
 *   ERR_PHONE_ORDER_STATE
 * @param screenDigest  of what the browser that asks was given as a screen: the phone's page and the order's may be one browser
 */
export async function claimOrder(
  ports: OrderPorts,
  act: OrderAct,
  phone: Phone,
  seen: Seen,
  screenDigest: string | null = null,
): Promise<PhoneOrderView> {
  const frame = 'frame' in seen ? readFrame(seen.frame) : null;
  const claimed = await act.transaction(async (repositories) => {
    const order = await find(repositories.phoneOrders, ports, seen, frame);
    const now = ports.clock();
    if (frame !== null) checkFrame(ports.ops, order, secretsOf(ports, order), frame, now);
    if (order.phoneId === null) {
      const sameBrowser = screenDigest !== null && order.screenDigest === screenDigest;
      const sawItMove = 'frame' in seen && seen.by === 'camera';
      return claim(repositories, ports, act, phone, { ...order, matchNeeded: !sameBrowser && !sawItMove });
    }
    if (order.phoneId === phone.id) {
      demandOrderState(order, ['claimed'], now);
      return order;
    }
    demandOrderState(order, ['claimed', 'approved'], now);
    await changeOrder(repositories, ports, act.author, order, {
      ...{ action: 'phone-order.contest', outcome: 'refused', reason: 'ERR_PHONE_ORDER_TAKEN' },
      ...{ fields: { contestedAt: order.contestedAt ?? now.toISOString() }, details: { by: phone.id } },
    });
    return null;
  });
  // Thrown here: that somebody tried is written down.
  if (claimed === null) throw new CodedError('ERR_PHONE_ORDER_TAKEN');
  return phoneOrderView(ports, claimed);
}

async function find(
  orders: PhoneOrderRepository,
  ports: OrderPorts,
  seen: Seen,
  frame: ReadFrame | null,
): Promise<PhoneOrder> {
  const order =
    frame !== null
      ? await orders.byTokenDigest(secretDigest(frame.token, ports.ops))
      : 'code' in seen
        ? await orders.byCodeDigest(codeDigest(ports, normalizeCode(seen.code)))
        : null;
  if (order === null) throw new CodedError('ERR_PHONE_ORDER_UNKNOWN');
  return order;
}

async function claim(
  repositories: Repositories,
  ports: OrderPorts,
  { author }: OrderAct,
  phone: Phone,
  order: PhoneOrder,
): Promise<PhoneOrder> {
  const now = ports.clock();
  demandOrderState(order, ['shown'], now);
  const platform = await repositories.callers.byId(order.platformId);
  if (platform === null || platform.revokedAt !== null) throw new CodedError('ERR_PHONE_ORDER_UNKNOWN');
  // The platform's challenge, given to whoever came: it lives no longer than the challenge of a page would.
  const { challenge, expiresAt } = await openChallenge(
    ports,
    {
      caller: { ...platform, origins: [order.origin] },
      requestId: author.requestId,
      transaction: (work) => work(repositories),
    },
    { origin: order.origin },
  );
  const review = now.getTime() + reviewSeconds * 1000;
  return changeOrder(repositories, ports, author, order, {
    action: 'phone-order.claim',
    details: { match: order.matchNeeded },
    fields: {
      matchNeeded: order.matchNeeded,
      ...{ state: 'claimed', phoneId: phone.id, challenge: sealForOrder(ports, order.id, 'challenge', challenge) },
      expiresAt: new Date(Math.min(review, Date.parse(expiresAt))).toISOString(),
    },
  });
}
