import { toHex } from '@onelock/core/bytes';
import type { Params, Result } from '@onelock/core/contract';
import { digestLengths, type SignatureAlgorithm } from '@onelock/core/crypto';
import { verifyDigest } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import type { CallContext } from '../dispatch/call-context.ts';
import { signatureAlgorithmOf } from '../shapes/signature-algorithm.ts';
import { admitTicket } from '../tickets/admit-ticket.ts';
import { demandDigestGrant } from './digest-grants.ts';
import { findSigningKey, targetOf } from './find-key.ts';
import type { AgentParts } from './parts.ts';
import { encodeAs } from './sign-parts.ts';
import { stated } from './stated.ts';
import { actWithKey } from './unlock-key.ts';

/** Signs what nobody here can see; for sites that the operator named alone, and the window says how dangerous it is. */
export async function signDigest(
  parts: AgentParts,
  params: Params<'signDigest'>,
  context: CallContext,
): Promise<Result<'signDigest'>> {
  demandDigestGrant(parts.config.digestGrants, context.origin);
  const key = await findSigningKey(parts, context, params.key);
  const { algorithm: id, digest } = params;
  const algorithm = signatureAlgorithmOf(key.publicKey, id);
  const length = digestLengths[digestOf(algorithm)];
  if (digest.length !== length)
    throw new CodedError('ERR_CALL_PARAMS_INVALID', { call: 'signDigest', field: '/digest', rule: `${length} bytes` });
  const { present, identityId } = key.target;
  if (!present.device.capabilities.includes('sign-digest'))
    throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: `${id} (digest)` });
  const facts = [
    { name: 'algorithm', value: id },
    { name: 'digest', value: toHex(digest) },
  ] as const;
  const ticket = await admitTicket(parts, context, params.ticket, () => digest);
  const act = { act: 'signDigest', on: targetOf(key), stated: stated(params.display), ticket, facts } as const;
  const signature = await actWithKey(parts, context, act, 'sign', async (session) => {
    const made = await present.driver.sign(session, identityId, algorithm, { kind: 'digest', bytes: digest });
    if (verifyDigest(parts.ops, key.publicKey, algorithm, digest, made)) return made;
    throw new CodedError('ERR_SIGNATURE_INVALID');
  });
  return {
    signature: encodeAs(params.encoding ?? 'der', key.publicKey, signature),
    algorithm: id,
    certificate: key.certificate.der,
  };
}

function digestOf(algorithm: SignatureAlgorithm): keyof typeof digestLengths {
  return 'digest' in algorithm ? algorithm.digest : 'sm3';
}
