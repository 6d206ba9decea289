import { toBase64, toBase64Url } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { codeSigns, newId, secretDigest } from '../identifiers.ts';
import type { PhoneOrder } from '../ports/phone-records.ts';
import type { OrderSecrets } from './frame.ts';
import {
  auditOrder,
  changeOrder,
  codeDigest,
  type OrderAct,
  type OrderPorts,
  type ScreenView,
  screenView,
  sealForOrder,
  shownSeconds,
  stateAt,
} from './order-life.ts';

export type OrderToBegin = Pick<
  PhoneOrder,
  'kind' | 'ownerDigest' | 'platformId' | 'clientId' | 'clientName' | 'site' | 'origin' | 'screenDigest' | 'askedFrom'
>;

/** One browser asks so often in one go. */
const mostOfOwner = 20;
const codeLength = 8;
const checkCodeLength = 3;

/**
 * Begins an order for whichever phone comes. Nobody is named: who it is about shows when a phone signs. What the same browser began before ends.
 *
 * @throws {CodedError} ERR_SERVICE_RATE_LIMITED
 */
export async function beginOrder(ports: OrderPorts, act: OrderAct, given: OrderToBegin): Promise<ScreenView> {
  const { clock, ops } = ports;
  const now = clock();
  const id = newId('ord', clock, ops);
  const secrets: OrderSecrets = {
    ...{ token: toBase64Url(ops.random(16)), code: codeSigns(ops, codeLength) },
    key: toBase64(ops.random(32)),
  };
  const order: PhoneOrder = {
    ...given,
    ...{ id, state: 'shown', checkCode: newCheckCode(ports), secrets: sealForOrder(ports, id, 'secrets', secrets) },
    ...{ tokenDigest: secretDigest(secrets.token, ops), codeDigest: codeDigest(ports, secrets.code) },
    ...{ phoneId: null, contestedAt: null, unlockedAt: null, challenge: null, result: null, reason: null },
    ...{ matchNeeded: false, matchFailures: 0, createdAt: now.toISOString(), version: 1 },
    expiresAt: new Date(now.getTime() + shownSeconds * 1000).toISOString(),
  };
  await act.transaction(async (repositories) => {
    const earlier = await repositories.phoneOrders.ofOwner(given.ownerDigest, mostOfOwner);
    if (earlier.length >= mostOfOwner)
      throw new CodedError('ERR_SERVICE_RATE_LIMITED', { retryAfterMs: shownSeconds * 1000 });
    for (const one of earlier)
      if (['shown', 'claimed', 'approved'].includes(stateAt(one, now)))
        await changeOrder(repositories, ports, act.author, one, {
          ...{ action: 'phone-order.cancel', fields: { state: 'cancelled' }, details: { cause: 'begun again' } },
        });
    await repositories.phoneOrders.add(order);
    await auditOrder(repositories, ports, act.author, order, {
      ...{ action: 'phone-order.begin', details: { client: given.clientId, site: given.site } },
    });
  });
  return screenView(ports, order);
}

/** Digits, for comparing at a glance: no secret. */
function newCheckCode({ ops }: OrderPorts): string {
  const [high = 0, middle = 0, low = 0] = ops.random(3);
  return String(((high << 16) | (middle << 8) | low) % 10 ** checkCodeLength).padStart(checkCodeLength, '0');
}
