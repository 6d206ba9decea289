import { toBase64, toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { appendAudit } from './append-audit.ts';
import { newId } from './identifiers.ts';
import type { Act, Ports } from './ports/ports.ts';

/** Bytes of a challenge. */
const challengeLength = 32;

export interface OpenedChallenge {
  readonly id: string;
  /** 32 random bytes, base64. */
  readonly challenge: string;
  readonly origin: string;
  readonly expiresAt: string;
}

/**
 * Gives a platform a challenge for one of its registered origins: random, single use, short-lived. Only its digest is kept.
 *
 * @throws {CodedError} ERR_LOGIN_ORIGIN_MISMATCH when the origin is not the platform's
 */
export async function openChallenge(
  ports: Pick<Ports, 'clock' | 'ops' | 'lifetimes'>,
  { caller, requestId, transaction }: Act,
  { origin }: { readonly origin: string },
): Promise<OpenedChallenge> {
  if (!caller.origins.includes(origin))
    throw new CodedError('ERR_LOGIN_ORIGIN_MISMATCH', { expected: caller.origins.join(' '), actual: origin });
  const { clock, ops, lifetimes } = ports;
  const now = clock();
  const challenge = ops.random(challengeLength);
  const record = {
    id: newId('chl', clock, ops),
    challengeDigest: toHex(ops.digest('sha256', challenge)),
    callerId: caller.id,
    origin,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + lifetimes.challengeSeconds * 1000).toISOString(),
  };
  return transaction(async (repositories) => {
    await repositories.challenges.add(record);
    await appendAudit(repositories, ports, {
      actor: caller.id,
      role: caller.role,
      requestId,
      action: 'challenge.open',
      target: record.id,
      outcome: 'done',
      details: { origin },
    });
    return { id: record.id, challenge: toBase64(challenge), origin, expiresAt: record.expiresAt };
  }, {});
}
