import type { Reason } from '../verdict/index.ts';
import type { EvidenceSource } from './malformed.ts';
import type { FreshnessPolicy } from './policy.ts';

/** When a list or a response was made and until when it speaks. */
export interface EvidencePeriod {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
}

export type Freshness = { readonly kind: 'fresh' } | { readonly kind: 'stale' | 'later'; readonly problem: Reason };

/** Whether evidence counts at a moment. @param issuer for people */
export function freshnessAt(
  period: EvidencePeriod,
  at: Date,
  policy: FreshnessPolicy,
  source: EvidenceSource,
  issuer: string,
): Freshness {
  const { thisUpdate, nextUpdate } = period;
  const age = (at.getTime() - thisUpdate.getTime()) / 1000;
  const params = { source, issuer, producedAt: thisUpdate.toISOString(), at: at.toISOString() };
  if (age < -policy.clockSkewSeconds)
    return { kind: 'later', problem: { code: 'ERR_REVOCATION_NOT_YET_VALID', params } };
  const limit = validUntil(period, policy);
  if (limit !== undefined && at.getTime() <= limit) return { kind: 'fresh' };
  const until = nextUpdate ?? (limit === undefined ? undefined : new Date(limit));
  return {
    kind: 'stale',
    problem: { code: 'ERR_REVOCATION_STALE', params: { ...params, validUntil: until?.toISOString() ?? null } },
  };
}

/** Last moment in milliseconds at which the evidence counts; undefined: at none. */
function validUntil({ thisUpdate, nextUpdate }: EvidencePeriod, policy: FreshnessPolicy): number | undefined {
  const made = thisUpdate.getTime();
  const { maxAgeSeconds, maxAgeWithoutNextUpdateSeconds: alone } = policy;
  const byAge = maxAgeSeconds === null ? Number.POSITIVE_INFINITY : made + maxAgeSeconds * 1000;
  if (nextUpdate !== undefined) return Math.min(byAge, nextUpdate.getTime() + policy.graceSeconds * 1000);
  return alone === null ? undefined : Math.min(byAge, made + alone * 1000);
}
