import { fromBase64, toBase64, utf8Decode, utf8Encode } from '@onelock/core/bytes';
import { type CryptoOps, type PrivateKey, parsePublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { dataKeyPurpose, unseal } from './token-cipher.ts';
import type { SoftTokenFile } from './token-file.ts';

const requestFormat = 'onelock-soft-unblock/1';

const requests = Compile(
  Type.Object(
    {
      format: Type.Literal(requestFormat),
      serialNumber: Type.String({ maxLength: 32 }),
      publicKey: Type.String({ maxLength: 512 }),
    },
    { additionalProperties: false },
  ),
);

/** A request that waits for the CA's response; its key lives in this process alone. */
export interface OpenUnblock {
  readonly request: Uint8Array;
  readonly privateKey: PrivateKey;
}

/** Asks for the recovery key, to be encrypted to a key pair made for this one request. */
export function openUnblock(ops: CryptoOps, serialNumber: string): OpenUnblock {
  const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
  const body = { format: requestFormat, serialNumber, publicKey: toBase64(publicKey.spki) };
  return { request: utf8Encode(JSON.stringify(body)), privateKey };
}

/**
 * The CA's side: gives a token its recovery key.
 *
 * @param recoveryKey  32 bytes, as the token was made with
 * @throws {CodedError} ERR_REQUEST_INVALID when that is no request for this token
 */
export function answerSoftUnblock(
  ops: CryptoOps,
  request: Uint8Array,
  holder: { readonly serialNumber: string; readonly recoveryKey: Uint8Array },
): Uint8Array {
  const body: unknown = JSON.parse(utf8Decode(request));
  if (!requests.Check(body) || body.serialNumber !== holder.serialNumber)
    throw new CodedError('ERR_REQUEST_INVALID', { field: 'request', rule: 'of this token' });
  return ops.sm2.encrypt(parsePublicKey(fromBase64(body.publicKey)), holder.recoveryKey, 'asn1');
}

/**
 * Opens the data key with the CA's response.
 *
 * @throws {CodedError} ERR_TOKEN_UNBLOCK_REFUSED when the response does not answer this request or is not for this token
 */
export function dataKeyFromResponse(
  ops: CryptoOps,
  { privateKey }: OpenUnblock,
  { serialNumber, recovery }: SoftTokenFile,
  response: Uint8Array,
): Uint8Array {
  const recoveryKey = decrypt(ops, privateKey, response);
  try {
    const opened = recovery && unseal(recoveryKey, dataKeyPurpose(serialNumber, 'recovery'), recovery.dataKey);
    if (!opened) throw new CodedError('ERR_TOKEN_UNBLOCK_REFUSED');
    return opened;
  } finally {
    recoveryKey.fill(0);
  }
}

function decrypt(ops: CryptoOps, privateKey: PrivateKey, response: Uint8Array): Uint8Array {
  try {
    const key = ops.sm2.decrypt(privateKey, response, 'asn1');
    if (key.length === 32) return key;
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
  throw new CodedError('ERR_TOKEN_UNBLOCK_REFUSED');
}
