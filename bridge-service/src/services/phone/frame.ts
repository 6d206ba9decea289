import { timingSafeEqual } from 'node:crypto';
import { fromBase64Url, toBase64Url, utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { PhoneOrder } from '../ports/phone-records.ts';

/** A frame is good for so long before and after its second. */
export const frameSeconds = 3;

const macLength = 16;
const shape = /^1\.([A-Za-z0-9_-]{22})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{22})$/;

/** What a frame speaks for: changed words of an order make other frames. */
export type FramedOrder = Pick<
  PhoneOrder,
  'id' | 'kind' | 'platformId' | 'clientId' | 'clientName' | 'site' | 'origin'
>;

export interface OrderSecrets {
  /** 16 random bytes, base64url: names the order in a QR code. */
  readonly token: string;
  /** 8 signs that a person can type instead. */
  readonly code: string;
  /** 32 random bytes, base64; never leaves the service. */
  readonly key: string;
}

/** The QR code's content at one second: `1.TOKEN.SECOND.MAC`. Whoever keeps a picture of it keeps nothing for long. */
export function frameAt(ops: CryptoOps, order: FramedOrder, secrets: OrderSecrets, at: Date): string {
  const second = Math.floor(at.getTime() / 1000);
  return `1.${secrets.token}.${second.toString(36)}.${toBase64Url(macOf(ops, order, secrets, second))}`;
}

export interface ReadFrame {
  readonly token: string;
  readonly second: number;
  readonly mac: Uint8Array;
}

/** @throws {CodedError} ERR_PHONE_CODE_INVALID for what is no frame */
export function readFrame(text: string): ReadFrame {
  const [, token, second, mac] = shape.exec(text) ?? [];
  if (token === undefined || second === undefined || mac === undefined) throw new CodedError('ERR_PHONE_CODE_INVALID');
  try {
    return { token, second: Number.parseInt(second, 36), mac: fromBase64Url(mac) };
  } catch (cause) {
    throw new CodedError('ERR_PHONE_CODE_INVALID', {}, { cause });
  }
}

/** @throws {CodedError} ERR_PHONE_CODE_INVALID for another's or a changed frame; ERR_PHONE_CODE_STALE for an old one */
export function checkFrame(
  ops: CryptoOps,
  order: FramedOrder,
  secrets: OrderSecrets,
  { second, mac }: ReadFrame,
  now: Date,
): void {
  if (mac.length !== macLength || !timingSafeEqual(mac, macOf(ops, order, secrets, second)))
    throw new CodedError('ERR_PHONE_CODE_INVALID');
  if (Math.abs(now.getTime() - second * 1000) > frameSeconds * 1000) throw new CodedError('ERR_PHONE_CODE_STALE');
}

/** HMAC-SM3, the first 128 bits. */
function macOf(ops: CryptoOps, order: FramedOrder, { key, token }: OrderSecrets, second: number): Uint8Array {
  const { id, kind, platformId, clientId, clientName, site, origin } = order;
  const said = ['onelock-phone-frame-1', token, second, id, kind, platformId, clientId, clientName, site, origin];
  return ops.hmacSm3(utf8Encode(key), utf8Encode(JSON.stringify(said))).subarray(0, macLength);
}
