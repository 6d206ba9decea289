import { CodedError } from '../errors/index.ts';
import type { LoginToken, LoginTokenWire } from './login-token.ts';

/** Token to wire. */
export function encodeLoginToken(_token: LoginToken): LoginTokenWire {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'encodeLoginToken' });
}

/** Wire to token. @throws {CodedError} ERR_LOGIN_TOKEN_MALFORMED { field } */
export function parseLoginToken(_value: unknown): LoginToken {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'parseLoginToken' });
}
