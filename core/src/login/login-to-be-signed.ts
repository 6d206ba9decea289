import type { CryptoOps } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { LoginStatement } from './login-statement.ts';

/** The bytes that a login signs. */
export function loginToBeSigned(_statement: LoginStatement, _ops: CryptoOps): Uint8Array {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'loginToBeSigned' });
}

/** Whether bytes begin like a login of this or any later version; no other act may sign such bytes. */
export function beginsWithLoginTag(_bytes: Uint8Array): boolean {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'beginsWithLoginTag' });
}
