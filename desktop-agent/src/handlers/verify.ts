import { utf8Encode } from '@onelock/core/bytes';
import { parseSignedData } from '@onelock/core/cms';
import type { Params, Result } from '@onelock/core/contract';
import { computeZa, sm2DefaultUserId } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { Handlers } from '../dispatch/call-context.ts';
import { messageInfo } from '../shapes/message-shape.ts';
import type { AgentParts } from './parts.ts';

export function verify(parts: AgentParts) {
  return {
    verifyData: (params) => parts.judge.signature(params),
    verifyMessage: (params) => parts.judge.message(params),
    getMessageInfo: async ({ message }) => messageInfo(parseSignedData(message), parts.ops),
    digestData: async (params) => digestData(parts, params),
  } satisfies Handlers;
}

function digestData({ ops }: AgentParts, params: Params<'digestData'>): Result<'digestData'> {
  const { algorithm, data, za } = params;
  if (za === undefined) return digestResult(algorithm, ops.digest(algorithm, data));
  if (algorithm !== 'sm3') throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
  const key = parseCertificate(za.certificate).publicKey;
  if (key.kind !== 'sm2') throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'ZA needs an SM2 key' });
  const userId = za.sm2UserId === undefined ? sm2DefaultUserId : utf8Encode(za.sm2UserId);
  return digestResult(algorithm, ops.digest('sm3', computeZa(ops, key.point, userId), data));
}

function digestResult(algorithm: Params<'digestData'>['algorithm'], digest: Uint8Array): Result<'digestData'> {
  return { digest, algorithm, length: digest.length };
}
