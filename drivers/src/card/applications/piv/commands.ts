import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { concatBytes, equalBytes } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { PivQuirks } from '../../../port/card-config.ts';
import { type ApduChannel, brokenCard, cardFailure, demandTlv, encodeTlv, retriesIn, SW_OK } from '../../apdu/index.ts';

/** The card commands of NIST SP 800-73-4 part 2 §3, one function each. */

export const pivPinLength = { min: 6, max: 8 } as const;
/** Cryptographic algorithm identifiers (SP 800-78-4 table 6-2). */
export const pivAlgorithms = { rsa2048: 0x07, rsa3072: 0x05, p256: 0x11, p384: 0x14 } as const;
export type PivAlgorithm = keyof typeof pivAlgorithms;

const applicationPin = 0x80;
const managementKeyReference = 0x9b;
const managementAlgorithms = {
  '3des': { id: 0x03, cipher: 'des-ede3-ecb', block: 8 },
  'aes-128': { id: 0x08, cipher: 'aes-128-ecb', block: 16 },
  'aes-192': { id: 0x0a, cipher: 'aes-192-ecb', block: 16 },
  'aes-256': { id: 0x0c, cipher: 'aes-256-ecb', block: 16 },
} as const;

/** What VERIFY without a PIN says: unlocked already, or the tries left. */
export type PivPinState = 'verified' | number;

export async function pinState(channel: ApduChannel): Promise<PivPinState> {
  const { sw } = await channel.send('PIV VERIFY', { cla: 0, ins: 0x20, p1: 0, p2: applicationPin });
  if (sw === SW_OK) return 'verified';
  if (sw === 0x6983) return 0;
  const left = retriesIn(sw);
  if (left === null) throw cardFailure('PIV VERIFY', sw);
  return left;
}

/** One try. @throws {CodedError} ERR_TOKEN_PIN_INCORRECT, ERR_TOKEN_PIN_LOCKED, ERR_TOKEN_PIN_LENGTH */
export async function verify(channel: ApduChannel, pin: Uint8Array): Promise<void> {
  const data = padded(pin);
  try {
    await sendPin(channel, 'PIV VERIFY', { ins: 0x20, p2: applicationPin, data });
  } finally {
    data.fill(0);
  }
}

/** @returns false for a card older than SP 800-73-4, which cannot be told to forget */
export async function logOut(channel: ApduChannel): Promise<boolean> {
  return (await channel.send('PIV VERIFY', { cla: 0, ins: 0x20, p1: 0xff, p2: applicationPin })).sw === SW_OK;
}

export async function changeReference(channel: ApduChannel, oldPin: Uint8Array, newPin: Uint8Array): Promise<void> {
  const data = concatBytes(padded(oldPin), padded(newPin));
  try {
    await sendPin(channel, 'PIV CHANGE REFERENCE DATA', { ins: 0x24, p2: applicationPin, data });
  } finally {
    data.fill(0);
  }
}

export async function resetRetryCounter(channel: ApduChannel, puk: Uint8Array, newPin: Uint8Array): Promise<void> {
  const data = concatBytes(padded(puk), padded(newPin));
  try {
    await sendPin(channel, 'PIV RESET RETRY COUNTER', { ins: 0x2c, p2: applicationPin, data });
  } finally {
    data.fill(0);
  }
}

/** A number below the modulus, or a digest: the raw private operation. */
export async function generalAuthenticate(
  channel: ApduChannel,
  algorithm: PivAlgorithm,
  reference: number,
  kind: 'sign-or-decrypt' | 'agree',
  input: Uint8Array,
): Promise<Uint8Array> {
  const request = encodeTlv(0x7c, encodeTlv(0x82), encodeTlv(kind === 'agree' ? 0x85 : 0x81, input));
  const answer = await channel.demand(
    'PIV GENERAL AUTHENTICATE',
    { cla: 0, ins: 0x87, p1: pivAlgorithms[algorithm], p2: reference, data: request, le: 'most' },
    { algorithm, codes: { 27270: 'ERR_TOKEN_KEY_NOT_FOUND', 27264: 'ERR_TOKEN_KEY_NOT_FOUND' } },
  );
  return Uint8Array.from(demandTlv(answer, 0x7c, 0x82));
}

/** @returns the contents of 7F49: 81 and 82 for RSA, 86 for a curve */
export function generateKeyPair(channel: ApduChannel, algorithm: PivAlgorithm, reference: number): Promise<Uint8Array> {
  const data = encodeTlv(0xac, encodeTlv(0x80, Uint8Array.of(pivAlgorithms[algorithm])));
  return channel
    .demand(
      'PIV GENERATE ASYMMETRIC KEY PAIR',
      { cla: 0, ins: 0x47, p1: 0, p2: reference, data, le: 'most' },
      { algorithm, codes: { 27264: 'ERR_CALL_UNSUPPORTED' } },
    )
    .then((answer) => demandTlv(answer, 0x7f49));
}

/** Both sides prove the management key (part 2 appendix A.1), so that it is not proven to a card that only asks. */
export async function authenticateAdministrator(
  channel: ApduChannel,
  {
    algorithm,
    key,
  }: { readonly algorithm: NonNullable<PivQuirks['managementKey']>['algorithm']; readonly key: Uint8Array },
): Promise<void> {
  const { id, cipher, block } = managementAlgorithms[algorithm];
  const run = (data: Uint8Array) =>
    channel.demand(
      'PIV GENERAL AUTHENTICATE',
      { cla: 0, ins: 0x87, p1: id, p2: managementKeyReference, data: encodeTlv(0x7c, data), le: 'most' },
      { codes: { 27010: 'ERR_TOKEN_NATIVE_FAILURE' } },
    );
  const witness = demandTlv(await run(encodeTlv(0x80)), 0x7c, 0x80);
  if (witness.length !== block) throw brokenCard('PIV GENERAL AUTHENTICATE', 'witness of another length');
  const challenge = Uint8Array.from(randomBytes(block));
  const proof = concatBytes(encodeTlv(0x80, once(cipher, key, witness, 'decrypt')), encodeTlv(0x81, challenge));
  const response = demandTlv(await run(proof), 0x7c, 0x82);
  if (!equalBytes(response, once(cipher, key, challenge, 'encrypt')))
    throw brokenCard('PIV GENERAL AUTHENTICATE', 'card does not know its management key');
}

function once(cipher: string, key: Uint8Array, block: Uint8Array, direction: 'encrypt' | 'decrypt'): Uint8Array {
  const create = direction === 'encrypt' ? createCipheriv : createDecipheriv;
  const engine = create(cipher, key, null).setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([engine.update(block), engine.final()]));
}

async function sendPin(
  channel: ApduChannel,
  name: string,
  { ins, p2, data }: { readonly ins: number; readonly p2: number; readonly data: Uint8Array },
): Promise<void> {
  const { sw } = await channel.send(name, { cla: 0, ins, p1: 0, p2, data });
  if (sw === SW_OK) return;
  if (sw === 0x6a80 || sw === 0x6700)
    throw new CodedError('ERR_TOKEN_PIN_LENGTH', pivPinLength, { native: { api: name, name: 'SW 6A80', value: sw } });
  throw cardFailure(name, sw);
}

/** Eight bytes, FF behind (part 2 §2.4.3). @throws {CodedError} ERR_TOKEN_PIN_LENGTH, without a try */
function padded(pin: Uint8Array): Uint8Array {
  if (pin.length < pivPinLength.min || pin.length > pivPinLength.max)
    throw new CodedError('ERR_TOKEN_PIN_LENGTH', pivPinLength);
  const bytes = new Uint8Array(pivPinLength.max).fill(0xff);
  bytes.set(pin);
  return bytes;
}
