import type { Params } from '@onelock/core/contract';
import { ownError } from './errors.ts';
import { bytesFromBase64 } from './wire/base64.ts';

/** A request ticket as `@onelock/sdk/server` makes it and a page's server sends it. */
export interface SentTicket {
  readonly key: string;
  readonly statement: string;
  /** Base64. */
  readonly signature: string;
}

/** The `ticket` of a call, from what the page's server sent. @throws {OneLockError} ERR_CALL_PARAMS_INVALID */
export function ticketFromServer({
  key,
  statement,
  signature,
}: SentTicket): NonNullable<Params<'signMessage'>['ticket']> {
  const bytes = bytesFromBase64(signature);
  if (bytes === null)
    throw ownError('ERR_CALL_PARAMS_INVALID', { call: 'ticket', field: '/ticket/signature', rule: 'base64' });
  return { key, statement, signature: bytes };
}
