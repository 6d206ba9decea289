import { equalBytes } from '@onelock/core/bytes';
import type { SignJob } from './sign-frames.ts';

/** One key, one session, one way: what differs is what is signed. */
export function isSameJob(one: SignJob, other: SignJob): boolean {
  return (
    one.lane === other.lane &&
    one.session === other.session &&
    one.identityId === other.identityId &&
    one.kind === other.kind &&
    isSameAlgorithm(one.algorithm, other.algorithm)
  );
}

function isSameAlgorithm(one: SignJob['algorithm'], other: SignJob['algorithm']): boolean {
  if (one === other) return true;
  if (one.kind === 'sm2-sm3') return other.kind === 'sm2-sm3' && equalBytes(one.userId, other.userId);
  if (one.kind === 'rsa-pss')
    return (
      other.kind === 'rsa-pss' &&
      one.digest === other.digest &&
      one.mgf1Digest === other.mgf1Digest &&
      one.saltLength === other.saltLength
    );
  if (one.kind === 'rsa-pkcs1v15' || one.kind === 'ecdsa')
    return other.kind === one.kind && other.digest === one.digest;
  return one.kind === other.kind;
}
