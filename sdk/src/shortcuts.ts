import type { Params, Result, WireResult } from '@onelock/core/contract';
import type { OneLockClient } from './client.ts';
import { ownError } from './errors.ts';
import type { CallOptions } from './options.ts';
import { bytesFromBase64, bytesToBase64 } from './wire/base64.ts';

/** What a server takes as a login: plain JSON, bytes as base64. Send it as it is. */
export type LoginToken = WireResult<'authenticate'>;

type Filter = NonNullable<Params<'selectCertificate'>['filter']>;

export interface AuthenticateRequest {
  /** The server's one-time random value: bytes, or the base64 that the server sent. */
  readonly challenge: Uint8Array | string;
  /** An identity's key; the person picks one in the agent's window when absent. */
  readonly key?: string;
  /** Narrows what may be picked. */
  readonly filter?: Filter;
  readonly display?: Params<'authenticate'>['display'];
}

/** A login in one step. @throws {OneLockError} of `selectCertificate` and `authenticate` */
export async function authenticate(
  client: OneLockClient,
  request: AuthenticateRequest,
  options: CallOptions = {},
): Promise<LoginToken> {
  const challenge = typeof request.challenge === 'string' ? bytesFromBase64(request.challenge) : request.challenge;
  if (challenge === null)
    throw ownError('ERR_CALL_PARAMS_INVALID', { call: 'authenticate', field: '/challenge', rule: 'base64' });
  const key = request.key ?? (await pickKey(client, 'authenticate', request.filter, options));
  const { display } = request;
  const token = await client.authenticate({ key, challenge, ...(display === undefined ? {} : { display }) }, options);
  return {
    ...token,
    challenge: bytesToBase64(token.challenge),
    certificate: bytesToBase64(token.certificate),
    signature: bytesToBase64(token.signature),
  };
}

export interface SignMessageRequest extends Omit<Params<'signMessage'>, 'key'> {
  /** An identity's key; the person picks one in the agent's window when absent. */
  readonly key?: string;
  readonly filter?: Filter;
}

/** A signed message in one step. @throws {OneLockError} of `selectCertificate` and `signMessage` */
export async function signMessage(
  client: OneLockClient,
  { key, filter, ...request }: SignMessageRequest,
  options: CallOptions = {},
): Promise<Result<'signMessage'>> {
  return client.signMessage({ ...request, key: key ?? (await pickKey(client, 'sign', filter, options)) }, options);
}

async function pickKey(
  client: OneLockClient,
  purpose: 'authenticate' | 'sign',
  filter: Filter | undefined,
  options: CallOptions,
): Promise<string> {
  const picked = await client.selectCertificate({ purpose, ...(filter === undefined ? {} : { filter }) }, options);
  return picked.identity.key;
}
