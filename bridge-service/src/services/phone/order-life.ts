import { CodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import { appendAudit } from '../append-audit.ts';
import type { AskedFrom, Phone, PhoneOrder, PhoneOrderState } from '../ports/phone-records.ts';
import type { Ports } from '../ports/ports.ts';
import type { Repositories, UnitOfWork } from '../ports/store.ts';
import type { Author } from '../registry/record-change.ts';
import type { OrderSecrets } from './frame.ts';

/** A screen waits so long for a phone; then it asks anew. */
export const shownSeconds = 180;
/** Whoever has it on the phone reads and decides in so long. */
export const reviewSeconds = 90;
/** The browser comes for its result in so long. */
export const finishSeconds = 60;

/** Somebody at a screen, or at a phone. */
export interface OrderAct {
  readonly author: Author;
  readonly transaction: UnitOfWork;
}

export type OrderPorts = Pick<Ports, 'store' | 'clock' | 'ops' | 'lifetimes' | 'personal'>;

const waiting: readonly PhoneOrderState[] = ['shown', 'claimed', 'approved'];

/** The state that counts now: time ends an order by itself. */
export function stateAt({ state, expiresAt }: PhoneOrder, now: Date): PhoneOrderState | 'expired' {
  return waiting.includes(state) && Date.parse(expiresAt) <= now.getTime() ? 'expired' : state;
}

/** @throws {CodedError} ERR_PHONE_ORDER_EXPIRED, ERR_PHONE_ORDER_STATE { state } */
export function demandOrderState(order: PhoneOrder, states: readonly PhoneOrderState[], now: Date): void {
  const state = stateAt(order, now);
  if (state === 'expired') throw new CodedError('ERR_PHONE_ORDER_EXPIRED');
  if (!states.includes(state)) throw new CodedError('ERR_PHONE_ORDER_STATE', { state });
}

/** Of an order that another phone has not even its being there is told. @throws {CodedError} ERR_PHONE_ORDER_UNKNOWN */
export function demandPhoneOf(order: PhoneOrder | null, { id }: Pick<Phone, 'id'>): PhoneOrder {
  if (order === null || order.phoneId !== id) throw new CodedError('ERR_PHONE_ORDER_UNKNOWN');
  return order;
}

/** Likewise of another browser's. @throws {CodedError} ERR_PHONE_ORDER_UNKNOWN */
export function demandOwnerOf(order: PhoneOrder | null, ownerDigest: string): PhoneOrder {
  if (order === null || order.ownerDigest !== ownerDigest) throw new CodedError('ERR_PHONE_ORDER_UNKNOWN');
  return order;
}

export interface OrderChange {
  readonly action: string;
  readonly outcome?: 'done' | 'refused' | undefined;
  readonly reason?: string | undefined;
  readonly fields: Partial<PhoneOrder>;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** One step of an order, with its audit entry; both screens hear of it. */
export async function changeOrder(
  repositories: Repositories,
  ports: OrderPorts,
  author: Author,
  order: PhoneOrder,
  { action, outcome = 'done', reason, fields, details }: OrderChange,
): Promise<PhoneOrder> {
  const changed: PhoneOrder = { ...order, ...fields, version: order.version + 1 };
  if (!(await repositories.phoneOrders.update(changed)))
    throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/version' });
  await auditOrder(repositories, ports, author, changed, { action, outcome, reason, details });
  await repositories.events.publish('phone-order.changed', { id: order.id });
  return changed;
}

export async function auditOrder(
  repositories: Repositories,
  ports: OrderPorts,
  author: Author,
  { id, kind, platformId, phoneId, state }: PhoneOrder,
  { action, outcome = 'done', reason, details }: Omit<OrderChange, 'fields'>,
): Promise<void> {
  await appendAudit(repositories, ports, {
    ...author,
    ...{ action, target: id, outcome, details: { kind, platform: platformId, phone: phoneId, state, ...details } },
    ...(reason !== undefined && { reason }),
  });
}

const place = (id: string, what: string): string => `phone_orders/${id} ${what}`;

/** Keyed: 39 bits are few enough to be tried out on a copy of the database while the code is shown. */
export const codeDigest = ({ personal }: Pick<Ports, 'personal'>, code: string): string =>
  personal.digest(code, 'phone_orders code');

/** What belongs to one field of one order is sealed for it and opens nowhere else. */
export const sealForOrder = (
  { personal }: Pick<Ports, 'personal'>,
  id: string,
  what: 'secrets' | 'challenge' | 'result',
  value: unknown,
): string => personal.seal(JSON.stringify(value), place(id, what)).sealed;

function openOfOrder<T>({ personal }: Pick<Ports, 'personal'>, id: string, what: string, sealed: string | null): T {
  const text = sealed === null ? null : personal.open({ sealed, masked: '' }, place(id, what));
  if (text === null) throw new CodedError('ERR_PHONE_ORDER_UNKNOWN');
  return JSON.parse(text) as T;
}

export const secretsOf = (ports: Pick<Ports, 'personal'>, { id, secrets }: PhoneOrder): OrderSecrets =>
  openOfOrder(ports, id, 'secrets', secrets);

/** Base64. */
export const challengeOf = (ports: Pick<Ports, 'personal'>, { id, challenge }: PhoneOrder): string =>
  openOfOrder(ports, id, 'challenge', challenge);

export const resultOf = <T>(ports: Pick<Ports, 'personal'>, { id, result }: PhoneOrder): T =>
  openOfOrder(ports, id, 'result', result);

/** As the screen shows it, which is its owner's. */
export interface ScreenView {
  readonly id: string;
  readonly state: PhoneOrderState | 'expired';
  readonly checkCode: string;
  /** To be typed on the phone. */
  readonly code: string;
  readonly expiresAt: string;
  /** Last four signs of the phone's name. */
  readonly phone: string | null;
  readonly contested: boolean;
  readonly reason: Reason | null;
  readonly version: number;
  /** The service's own time, as of the answer's second: a screen's clock may be wrong. */
  readonly now: string;
}

export function screenView(ports: Pick<Ports, 'personal' | 'clock'>, order: PhoneOrder): ScreenView {
  const { id, checkCode, expiresAt, phoneId, contestedAt, reason, version } = order;
  const now = ports.clock();
  return {
    ...{
      id,
      now: now.toISOString(),
      state: stateAt(order, now),
      checkCode,
      code: secretsOf(ports, order).code,
      expiresAt,
    },
    ...{ phone: phoneId?.slice(-4) ?? null, contested: contestedAt !== null, reason, version },
  };
}

/** As the phone that has it shows it. */
export interface PhoneOrderView {
  readonly id: string;
  readonly kind: PhoneOrder['kind'];
  readonly state: PhoneOrderState | 'expired';
  readonly platform: string;
  readonly site: string;
  /** Origin that is signed. */
  readonly origin: string;
  /** null where it has to be read from the screen and typed. */
  readonly checkCode: string | null;
  /** When, and from what kind of browser where. */
  readonly asked: { readonly at: string } & AskedFrom;
  readonly contested: boolean;
  /** Base64. */
  readonly challenge: string;
  readonly reason: Reason | null;
  readonly expiresAt: string;
  /** The service's own time: a phone's clock may be wrong. */
  readonly now: string;
}

export function phoneOrderView(ports: Pick<Ports, 'personal' | 'clock'>, order: PhoneOrder): PhoneOrderView {
  const { id, kind, clientName, site, origin, contestedAt, reason, expiresAt, createdAt } = order;
  const now = ports.clock();
  return {
    ...{ id, kind, state: stateAt(order, now), platform: clientName, site, origin },
    checkCode: order.matchNeeded ? null : order.checkCode,
    asked: { at: createdAt, ...(order.askedFrom ?? { address: '', device: '' }) },
    ...{ contested: contestedAt !== null, challenge: challengeOf(ports, order), reason, expiresAt },
    now: now.toISOString(),
  };
}
