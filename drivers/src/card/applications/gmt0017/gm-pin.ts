import { concatBytes } from '@onelock/core/bytes';
import type { PinRole, PinStatus } from '../../../port/index.ts';
import { brokenCard, cardFailure, SW_OK } from '../../apdu/index.ts';
import type { GmChannel } from './gm-channel.ts';
import { gmCodes, PIN_TYPE } from './instructions.ts';
import { answerTo, challengeBytes, pinKey, sealedPin } from './pin-proof.ts';

export const defaultPinLength = { min: 6, max: 16 } as const;

/** GetPINInfo: at most, left, whether the factory's is in use. */
export async function readPinStatus(
  gm: GmChannel,
  appId: Uint8Array,
  role: PinRole,
  { min, max }: { readonly min: number; readonly max: number },
): Promise<PinStatus> {
  const answer = await gm.demand('GetPINInfo', { p2: PIN_TYPE[role], data: appId, le: 'most' });
  const [most, left, isDefault] = answer;
  if (most === undefined || left === undefined || isDefault === undefined)
    throw brokenCard('GM GetPINInfo', 'too short');
  return {
    retriesLeft: Math.min(left, most),
    retriesMax: most,
    low: left > 0 && left <= 2 && left < most,
    locked: left === 0,
    isDefault: isDefault !== 0,
    minLength: min,
    maxLength: max,
  };
}

/** One try: the PIN proves itself by the answer to a challenge, and is not sent. */
export async function verifyGmPin(gm: GmChannel, appId: Uint8Array, role: PinRole, pin: Uint8Array): Promise<void> {
  const challenge = await demandChallenge(gm);
  const key = pinKey(pin, gm.quirks.pinKey ?? 'sha1');
  try {
    const data = concatBytes(appId, answerTo(challenge, key));
    await gm.demand('VerifyPIN', { p2: PIN_TYPE[role], data });
  } finally {
    key.fill(0);
  }
}

/** After the old PIN was verified, as both vendors' programs do it: one try, told by VerifyPIN. */
export async function changeGmPin(
  gm: GmChannel,
  appId: Uint8Array,
  by: { readonly instruction: 'ChangePIN' | 'UnblockPIN'; readonly role: PinRole; readonly pin: Uint8Array },
  newPin: Uint8Array,
): Promise<void> {
  await verifyGmPin(gm, appId, by.role, by.pin);
  const key = pinKey(by.pin, gm.quirks.pinKey ?? 'sha1');
  const sealed = sealedPin(newPin, key);
  try {
    const p2 = by.instruction === 'ChangePIN' ? PIN_TYPE[by.role] : 0;
    const { sw } = await gm.sendSecurely(by.instruction, p2, concatBytes(appId, sealed), key);
    if (sw !== SW_OK) throw cardFailure(`GM ${by.instruction}`, sw, { codes: gmCodes });
  } finally {
    key.fill(0);
    sealed.fill(0);
  }
}

/** @throws {CodedError} ERR_TOKEN_DATA_CORRUPT: a card without a challenge would take a recorded proof */
async function demandChallenge(gm: GmChannel): Promise<Uint8Array> {
  const challenge = await gm.challenge();
  if (challenge.length !== challengeBytes) throw brokenCard('GM GenRandom', `${challenge.length} bytes`);
  return challenge;
}
