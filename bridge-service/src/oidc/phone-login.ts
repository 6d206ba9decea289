import { CodedError } from '@onelock/core/errors';
import type { InteractionResults } from 'oidc-provider';
import { secretDigest } from '../services/identifiers.ts';
import type { Settled } from '../services/phone/approve-order.ts';
import { beginOrder, type OrderToBegin } from '../services/phone/begin-order.ts';
import { cancelOrder, finishOrder } from '../services/phone/end-order.ts';
import { demandOwnerOf, type ScreenView, screenView } from '../services/phone/order-life.ts';
import type { PhoneOrder } from '../services/ports/phone-records.ts';
import type { Ports } from '../services/ports/ports.ts';
import { usableClient } from './client-metadata.ts';
import { type Interaction, type InteractionPorts, platformAct, settleLogin } from './interaction.ts';

/** Orders of phones belong to the interaction that the provider's cookie opens: to one browser. */
export const ownerOf = ({ ops }: Pick<Ports, 'ops'>, { uid }: Pick<Interaction, 'uid'>): string =>
  secretDigest(`oidc-interaction ${uid}`, ops);

/** Somebody at the screen; who they are shows later. */
const actAtScreen = ({ store }: Ports, requestId: string) => ({
  author: { actor: 'screen', role: 'none', requestId } as const,
  transaction: store.transaction,
});

/** Whether anybody can have a phone to log in with: the page offers nothing that leads nowhere. */
export async function phonesAreHere({ store }: Pick<Ports, 'store'>): Promise<boolean> {
  if (await store.phones.areThere()) return true;
  const open = await store.enrolments.open();
  return open.some((one) => one.public && one.products.some(({ medium }) => medium === 'phone'));
}

/** A platform that must have another medium (OpenID Connect Core §5.5.1.1) is not offered what it will refuse. */
export function acceptsPhone({ claims }: Interaction['params']): boolean {
  if (typeof claims !== 'string') return true;
  // The provider has read it before.
  const { id_token: asked } = JSON.parse(claims) as { readonly id_token?: { readonly acr?: AskedAcr | null } };
  const acr = asked?.acr;
  if (acr?.essential !== true) return true;
  const wanted = [...(acr.value === undefined ? [] : [acr.value]), ...(acr.values ?? [])];
  return wanted.length === 0 || wanted.includes('urn:onelock:acr:phone');
}

interface AskedAcr {
  readonly essential?: boolean;
  readonly value?: string;
  readonly values?: readonly string[];
}

/** Asks for a phone in this interaction. @throws {CodedError} ERR_LOGIN_CHALLENGE_UNKNOWN, ERR_SERVICE_RATE_LIMITED */
export async function beginPhoneLogin(
  { ports }: InteractionPorts,
  origin: string,
  interaction: Interaction,
  requestId: string,
  screen: Pick<OrderToBegin, 'screenDigest' | 'askedFrom'>,
): Promise<ScreenView> {
  const client = await usableClient(ports.store, String(interaction.params.client_id));
  const redirect = String(interaction.params.redirect_uri ?? '');
  if (client === null || !URL.canParse(redirect)) throw new CodedError('ERR_LOGIN_CHALLENGE_UNKNOWN');
  return beginOrder(ports, actAtScreen(ports, requestId), {
    ...{ kind: 'login', ownerDigest: ownerOf(ports, interaction), platformId: client.platformId },
    ...{ clientId: client.id, clientName: client.name, site: new URL(redirect).origin, origin },
    ...screen,
  });
}

/** @throws {CodedError} ERR_PHONE_ORDER_UNKNOWN for any other browser's */
export async function findPhoneLogin(
  ports: Ports,
  interaction: Pick<Interaction, 'uid'>,
  id: string,
): Promise<ScreenView> {
  return screenView(ports, demandOwnerOf(await ports.store.phoneOrders.byId(id), ownerOf(ports, interaction)));
}

export async function cancelPhoneLogin(
  ports: Ports,
  interaction: Interaction,
  requestId: string,
  id: string,
): Promise<void> {
  await cancelOrder(ports, actAtScreen(ports, requestId), ownerOf(ports, interaction), id);
}

/** What the provider goes on with, for the browser that began, once. */
export async function finishPhoneLogin(
  ports: Ports,
  interaction: Interaction,
  requestId: string,
  id: string,
): Promise<InteractionResults> {
  return finishOrder<InteractionResults>(ports, actAtScreen(ports, requestId), ownerOf(ports, interaction), id);
}

/** Judges what a phone signed for an order, as what a key signs at the screen is judged. */
export async function settlePhoneLogin(
  from: InteractionPorts,
  { clientId, origin, phoneId }: PhoneOrder,
  requestId: string,
  token: unknown,
): Promise<Settled> {
  const act = await platformAct(from.ports, origin, { params: { client_id: clientId } }, requestId);
  const context = { driver: 'phone', ...(phoneId !== null && { deviceSerial: phoneId }) };
  const { login, result } = await settleLogin(from, act, {
    ...{ token, context },
    ...(phoneId !== null && { phoneId }),
  });
  return { indication: login.indication, reason: login.reason ?? null, recordId: login.id, result };
}
