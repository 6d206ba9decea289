import type { PinStatus } from '../port/index.ts';
import {
  CKF_USER_PIN_COUNT_LOW,
  CKF_USER_PIN_FINAL_TRY,
  CKF_USER_PIN_LOCKED,
  CKF_USER_PIN_TO_BE_CHANGED,
  type TokenInfo,
} from './abi.ts';

/** What a token's flags say of its user PIN. PKCS#11 knows no number of tries: only low, the last one, and none. */
export function describePin({
  flags,
  minPinLen,
  maxPinLen,
}: Pick<TokenInfo, 'flags' | 'minPinLen' | 'maxPinLen'>): PinStatus {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const locked = has(CKF_USER_PIN_LOCKED);
  const finalTry = has(CKF_USER_PIN_FINAL_TRY);
  return {
    retriesLeft: locked ? 0 : finalTry ? 1 : null,
    retriesMax: null,
    low: !locked && (finalTry || has(CKF_USER_PIN_COUNT_LOW)),
    locked,
    isDefault: has(CKF_USER_PIN_TO_BE_CHANGED) ? true : null,
    minLength: minPinLen,
    maxLength: maxPinLen,
  };
}
