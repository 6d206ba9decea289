import type { phoneErrors } from '../../errors/rows/phone.ts';
import type { WordsFor } from '../words.ts';

export const phoneWords = {
  ERR_PHONE_UNKNOWN: 'The service does not know this phone; apply for a phone certificate again on the phone',
  ERR_PHONE_LOCKED: 'The PIN was wrong too often: this phone certificate is locked. Apply for a new one on the phone',
  ERR_PHONE_PIN_WRONG: 'The PIN is wrong; you may try {left} more times',
  ERR_PHONE_CHECK_WRONG:
    'The check code is not that of the screen; {left} tries are left. If you are not at that screen, decline',
  ERR_PHONE_KEY_MISMATCH: "The certificate that signed is not this phone's; nothing was done",
  ERR_PHONE_CODE_STALE:
    'This QR code is out of date. Point the camera at the code that moves on the screen, not at a picture of it',
  ERR_PHONE_CODE_INVALID: 'This QR code or check code was not made by this service, or was changed',
  ERR_PHONE_ORDER_UNKNOWN:
    'This sign-in was not found; it may be over. Compare the code, or reload the page on the computer',
  ERR_PHONE_ORDER_TAKEN:
    'This QR code was opened on another phone. If that was not you, cancel on the computer and start again',
  ERR_PHONE_ORDER_EXPIRED: 'This sign-in has run out of time; get a new QR code on the computer',
  ERR_PHONE_ORDER_STATE: 'This sign-in is in state "{state}", in which this cannot be done',
  ERR_PHONE_ORDER_REQUIRED:
    'This certificate belongs to a phone: it signs in only from that phone, by the code on the screen and after its PIN',
} as const satisfies WordsFor<typeof phoneErrors>;
