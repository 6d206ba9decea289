import { CodedError, type ErrorCode } from '@onelock/core/errors';

/** SCARD_* return values (PC/SC part 5 §3.2.1; winerror.h and pcsclite.h agree), as unsigned 32 bits. */
export const SCARD = {
  S_SUCCESS: 0,
  E_CANCELLED: 0x80100002,
  E_INVALID_HANDLE: 0x80100003,
  E_INSUFFICIENT_BUFFER: 0x80100008,
  E_UNKNOWN_READER: 0x80100009,
  E_TIMEOUT: 0x8010000a,
  E_SHARING_VIOLATION: 0x8010000b,
  E_NO_SMARTCARD: 0x8010000c,
  E_PROTO_MISMATCH: 0x8010000f,
  E_NOT_TRANSACTED: 0x80100016,
  E_READER_UNAVAILABLE: 0x80100017,
  E_NO_SERVICE: 0x8010001d,
  E_SERVICE_STOPPED: 0x8010001e,
  E_NO_READERS_AVAILABLE: 0x8010002e,
  W_UNSUPPORTED_CARD: 0x80100065,
  W_UNRESPONSIVE_CARD: 0x80100066,
  W_UNPOWERED_CARD: 0x80100067,
  W_RESET_CARD: 0x80100068,
  W_REMOVED_CARD: 0x80100069,
  W_SECURITY_VIOLATION: 0x8010006a,
} as const;

const names = new Map<number, string>(Object.entries(SCARD).map(([name, value]) => [value, `SCARD_${name}`]));

const codes = new Map<number, ErrorCode>([
  [SCARD.E_INVALID_HANDLE, 'ERR_TOKEN_REMOVED'],
  [SCARD.E_UNKNOWN_READER, 'ERR_TOKEN_REMOVED'],
  [SCARD.E_TIMEOUT, 'ERR_TOKEN_BUSY'],
  [SCARD.E_SHARING_VIOLATION, 'ERR_TOKEN_BUSY'],
  [SCARD.E_NO_SMARTCARD, 'ERR_TOKEN_REMOVED'],
  [SCARD.E_READER_UNAVAILABLE, 'ERR_TOKEN_REMOVED'],
  [SCARD.E_NO_READERS_AVAILABLE, 'ERR_TOKEN_REMOVED'],
  [SCARD.W_UNPOWERED_CARD, 'ERR_TOKEN_REMOVED'],
  [SCARD.W_REMOVED_CARD, 'ERR_TOKEN_REMOVED'],
  [SCARD.W_RESET_CARD, 'ERR_TOKEN_SESSION_CLOSED'],
  [SCARD.E_NO_SERVICE, 'ERR_TOKEN_REMOVED'],
  [SCARD.E_SERVICE_STOPPED, 'ERR_TOKEN_REMOVED'],
]);

/** What PC/SC said, in our words; its own ride along. */
export function pcscFailure(api: string, value: number): CodedError {
  const name = names.get(value) ?? `0x${value.toString(16).padStart(8, '0').toUpperCase()}`;
  const code = codes.get(value) ?? 'ERR_TOKEN_NATIVE_FAILURE';
  const params = code === 'ERR_TOKEN_NATIVE_FAILURE' ? { api, name } : {};
  return new CodedError(code, params, { native: { api, name, value } });
}
