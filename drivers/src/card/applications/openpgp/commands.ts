import { concatBytes } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { type ApduChannel, brokenCard, type CommandApdu, cardFailure, findTlv, SW_OK } from '../../apdu/index.ts';

/** The card commands of the OpenPGP application 3.4 §7.2, one function each. */

/** Passwords by the P2 of VERIFY: PW1 for signatures, PW1 for everything else, PW3 of the administrator. */
export const passwords = { sign: 0x81, other: 0x82, admin: 0x83 } as const;
export type Password = (typeof passwords)[keyof typeof passwords];

/** §4.4.1 (C4): tries left of PW1 and PW3, and how long they may be. */
export interface PasswordStatus {
  readonly most: number;
  readonly adminMost: number;
  readonly left: number;
  readonly adminLeft: number;
}

/** The value of a data object, or null where the card has none. Cards give constructed ones with their tag or without. */
export async function getData(channel: ApduChannel, tag: number): Promise<Uint8Array | null> {
  const command: CommandApdu = { cla: 0, ins: 0xca, p1: tag >> 8, p2: tag & 0xff, le: 'most' };
  const { data, sw } = await channel.send('OpenPGP GET DATA', command);
  if (sw === 0x6a88 || sw === 0x6a82) return null;
  if (sw !== SW_OK) throw cardFailure('OpenPGP GET DATA', sw);
  if (data.length === 0) return null;
  return startsWithTag(data, tag) ? (findTlv(data, tag) ?? null) : Uint8Array.from(data);
}

function startsWithTag(data: Uint8Array, tag: number): boolean {
  return tag > 0xff ? data[0] === tag >> 8 && data[1] === (tag & 0xff) : data[0] === tag;
}

/** Which of several data objects of one tag GET DATA is to give (SELECT DATA, §7.2.5). @returns whether the card has it */
export async function selectData(channel: ApduChannel, tag: number, occurrence: number): Promise<boolean> {
  const data = Uint8Array.of(0x60, 0x04, 0x5c, 0x02, tag >> 8, tag & 0xff);
  const { sw } = await channel.send('OpenPGP SELECT DATA', { cla: 0, ins: 0xa5, p1: occurrence, p2: 4, data });
  return sw === SW_OK;
}

export async function passwordStatus(channel: ApduChannel): Promise<PasswordStatus> {
  const status = await getData(channel, 0xc4);
  const [, most, , adminMost, left, , adminLeft] = status ?? [];
  if (most === undefined || adminMost === undefined || left === undefined || adminLeft === undefined)
    throw brokenCard('OpenPGP GET DATA', 'password status of another length');
  return { most: most & 0x7f, adminMost: adminMost & 0x7f, left, adminLeft };
}

/** One try. @throws {CodedError} ERR_TOKEN_PIN_INCORRECT, ERR_TOKEN_PIN_LOCKED, ERR_TOKEN_PIN_LENGTH */
export function verify(channel: ApduChannel, password: Password, pin: Uint8Array): Promise<void> {
  return sendPassword(channel, 'OpenPGP VERIFY', password, { cla: 0, ins: 0x20, p1: 0, p2: password, data: pin });
}

/** @returns false for a card older than 3.0, which cannot be told to forget */
export async function logOut(channel: ApduChannel): Promise<boolean> {
  let forgot = true;
  for (const p2 of [passwords.sign, passwords.other])
    forgot = (await channel.send('OpenPGP VERIFY', { cla: 0, ins: 0x20, p1: 0xff, p2 })).sw === SW_OK && forgot;
  return forgot;
}

export async function changePassword(channel: ApduChannel, oldPin: Uint8Array, newPin: Uint8Array): Promise<void> {
  const data = concatBytes(oldPin, newPin);
  try {
    const command = { cla: 0, ins: 0x24, p1: 0, p2: passwords.sign, data };
    await sendPassword(channel, 'OpenPGP CHANGE REFERENCE DATA', passwords.sign, command);
  } finally {
    data.fill(0);
  }
}

/** After PW3 was verified. */
export async function resetRetryCounter(channel: ApduChannel, newPin: Uint8Array): Promise<void> {
  await channel.demand('OpenPGP RESET RETRY COUNTER', { cla: 0, ins: 0x2c, p1: 2, p2: passwords.sign, data: newPin });
}

/** DigestInfo for RSA, a digest for ECDSA: PSO: COMPUTE DIGITAL SIGNATURE, or INTERNAL AUTHENTICATE. */
export function sign(channel: ApduChannel, key: 'sig' | 'aut', data: Uint8Array, algorithm: string) {
  const command: CommandApdu =
    key === 'sig'
      ? { cla: 0, ins: 0x2a, p1: 0x9e, p2: 0x9a, data, le: 'most' }
      : { cla: 0, ins: 0x88, p1: 0, p2: 0, data, le: 'most' };
  return channel.demand('OpenPGP SIGN', command, { algorithm, codes: noSuchKey });
}

/** PSO: DECIPHER. The card takes the padding off. */
export function decipher(channel: ApduChannel, ciphertext: Uint8Array): Promise<Uint8Array> {
  const data = concatBytes(Uint8Array.of(0), ciphertext);
  const command: CommandApdu = { cla: 0, ins: 0x2a, p1: 0x80, p2: 0x86, data, le: 'most' };
  return channel.demand('OpenPGP DECIPHER', command, { algorithm: 'rsa', codes: noSuchKey });
}

export async function getChallenge(channel: ApduChannel, length: number): Promise<Uint8Array> {
  const bytes = await channel.demand('OpenPGP GET CHALLENGE', { cla: 0, ins: 0x84, p1: 0, p2: 0, le: length });
  if (bytes.length !== length) throw brokenCard('OpenPGP GET CHALLENGE', `${bytes.length} bytes instead of ${length}`);
  return bytes;
}

const noSuchKey = { 27272: 'ERR_TOKEN_KEY_NOT_FOUND' } as const;

async function sendPassword(
  channel: ApduChannel,
  name: string,
  password: Password,
  command: CommandApdu,
): Promise<void> {
  const { sw } = await channel.send(name, command);
  if (sw === SW_OK) return;
  const native = { api: name, name: `SW ${sw.toString(16).toUpperCase()}`, value: sw };
  if (sw === 0x6a80 || sw === 0x6700)
    throw new CodedError('ERR_TOKEN_PIN_LENGTH', { min: null, max: null }, { native });
  if (sw !== 0x6982) throw cardFailure(name, sw);
  // Most cards say "not satisfied" to a wrong password, and how many tries are left only when asked.
  const { left, adminLeft } = await passwordStatus(channel);
  const retriesLeft = password === passwords.admin ? adminLeft : left;
  if (retriesLeft === 0) throw new CodedError('ERR_TOKEN_PIN_LOCKED', {}, { native });
  throw new CodedError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft }, { native });
}
