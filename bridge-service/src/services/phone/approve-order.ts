import { equalBytes, fromBase64, toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { parseLoginToken } from '@onelock/core/login';
import type { Indication, Reason } from '@onelock/core/verdict';
import { parseCertificate } from '@onelock/core/x509';
import type { Phone, PhoneOrder } from '../ports/phone-records.ts';
import { readingField } from '../read-certificates.ts';
import {
  challengeOf,
  changeOrder,
  demandOrderState,
  demandPhoneOf,
  finishSeconds,
  type OrderAct,
  type OrderPorts,
  sealForOrder,
} from './order-life.ts';

/** What was judged of what the phone signed, and what the owner of the order goes on with if it passed. */
export interface Settled {
  readonly indication: Indication;
  readonly reason: Reason | null;
  /** Of the record that the judgement made. */
  readonly recordId: string;
  /** null unless it passed. */
  readonly result: object | null;
}

export interface Approval {
  readonly indication: Indication;
  readonly reason: Reason | null;
  readonly recordId: string;
}

/**
 * Takes what the phone signed. The phone's own key has to have signed this order's challenge after the right PIN; everything else is for the
 * judgement, the same as of a key at the screen.
 *
 * @param settle  judges; uses the challenge up
 * @throws {CodedError} ERR_PHONE_KEY_MISMATCH, ERR_PHONE_ORDER_UNKNOWN, ERR_PHONE_ORDER_STATE, ERR_PHONE_ORDER_EXPIRED,
 *   ERR_LOGIN_CHALLENGE_UNKNOWN, ERR_LOGIN_TOKEN_MALFORMED, ERR_DER_…, ERR_X509_…
 */
export async function approveOrder(
  ports: OrderPorts,
  act: OrderAct,
  phone: Phone,
  orderId: string,
  wire: unknown,
  settle: (order: PhoneOrder) => Promise<Settled>,
): Promise<Approval> {
  const order = demandPhoneOf(await ports.store.phoneOrders.byId(orderId), phone);
  demandUnlocked(order, ports.clock());
  if (phone.lockedAt !== null) throw new CodedError('ERR_PHONE_LOCKED');
  const token = parseLoginToken(wire);
  const { publicKey } = readingField('/token/certificate', () => parseCertificate(token.certificate));
  if (toHex(ports.ops.digest('sm3', publicKey.spki)) !== phone.publicKeyDigest)
    throw new CodedError('ERR_PHONE_KEY_MISMATCH');
  if (!equalBytes(token.challenge, fromBase64(challengeOf(ports, order))))
    throw new CodedError('ERR_LOGIN_CHALLENGE_UNKNOWN');
  const { indication, reason, recordId, result } = await settle(order);
  await act.transaction(async (repositories) => {
    const current = demandPhoneOf(await repositories.phoneOrders.byId(orderId), phone);
    const now = ports.clock();
    // Cancelled at the screen meanwhile, or approved twice at once: the first counts.
    demandUnlocked(current, now);
    const passed = result !== null;
    await changeOrder(repositories, ports, act.author, current, {
      ...{ action: 'phone-order.approve', outcome: passed ? 'done' : 'refused', details: { record: recordId } },
      ...(reason !== null && { reason: reason.code }),
      fields: {
        ...{ state: passed ? 'approved' : 'refused', reason },
        ...(passed && {
          result: sealForOrder(ports, orderId, 'result', result),
          expiresAt: new Date(now.getTime() + finishSeconds * 1000).toISOString(),
        }),
      },
    });
  });
  return { indication, reason, recordId };
}

function demandUnlocked(order: PhoneOrder, now: Date): void {
  demandOrderState(order, ['claimed'], now);
  if (order.unlockedAt === null) throw new CodedError('ERR_PHONE_ORDER_STATE', { state: order.state });
}
