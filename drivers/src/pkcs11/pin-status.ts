import type { PinRole, PinStatus } from '../port/index.ts';
import {
  CKF_PROTECTED_AUTHENTICATION_PATH,
  CKF_SO_PIN_COUNT_LOW,
  CKF_SO_PIN_FINAL_TRY,
  CKF_SO_PIN_LOCKED,
  CKF_SO_PIN_TO_BE_CHANGED,
  CKF_USER_PIN_COUNT_LOW,
  CKF_USER_PIN_FINAL_TRY,
  CKF_USER_PIN_LOCKED,
  CKF_USER_PIN_TO_BE_CHANGED,
  type TokenInfo,
} from './abi.ts';

const pinFlags = {
  user: {
    low: CKF_USER_PIN_COUNT_LOW,
    finalTry: CKF_USER_PIN_FINAL_TRY,
    locked: CKF_USER_PIN_LOCKED,
    toBeChanged: CKF_USER_PIN_TO_BE_CHANGED,
  },
  admin: {
    low: CKF_SO_PIN_COUNT_LOW,
    finalTry: CKF_SO_PIN_FINAL_TRY,
    locked: CKF_SO_PIN_LOCKED,
    toBeChanged: CKF_SO_PIN_TO_BE_CHANGED,
  },
} as const satisfies Record<PinRole, object>;

type PinInfo = Pick<TokenInfo, 'flags' | 'minPinLen' | 'maxPinLen'>;

/** What a token's flags say of a PIN. PKCS#11 knows no number of tries: only low, the last one, and none. */
export function describePin({ flags, minPinLen, maxPinLen }: PinInfo, role: PinRole = 'user'): PinStatus {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const { low, finalTry, locked, toBeChanged } = pinFlags[role];
  return {
    retriesLeft: has(locked) ? 0 : has(finalTry) ? 1 : null,
    retriesMax: null,
    low: !has(locked) && (has(finalTry) || has(low)),
    locked: has(locked),
    isDefault: has(toBeChanged) ? true : null,
    minLength: minPinLen,
    maxLength: maxPinLen,
    ...(hasPinPad({ flags }) && { typedOnDevice: true }),
  };
}

/** CKF_PROTECTED_AUTHENTICATION_PATH: PINs are typed on the reader or the key itself. */
export function hasPinPad({ flags }: Pick<TokenInfo, 'flags'>): boolean {
  return (flags & CKF_PROTECTED_AUTHENTICATION_PATH) !== 0;
}
