import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import type { Need, Reason, Verdict } from '../verdict/index.ts';
import { type Certificate, formatName } from '../x509/index.ts';
import { emptyTrail } from './checked-trail.ts';
import type { PathInput } from './path-input.ts';
import type { PathAttempt, PathReport } from './path-report.ts';
import { type FoundPath, PathSearch } from './path-search.ts';
import type { Profile } from './profile.ts';
import { profiles } from './profiles.ts';
import { byTelling } from './reason-rank.ts';
import { proveVerified } from './verified-path.ts';

/**
 * Builds and validates a certification path from a leaf to one of the given anchors (RFC 5280 §6): signatures, validity,
 * names and their constraints, basic constraints, path lengths, key usages, policies, critical extensions, the rules of
 * the profile, and the peer's name when one is expected. Revocation is asked elsewhere.
 *
 * Never throws for a bad path or a malformed certificate: what is wrong is the verdict's reason. `indeterminate` means
 * that nothing is trusted at all (no anchors), or that a signature uses an algorithm we do not do.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID { field: 'at' } when `at` is no instant: nothing could ever have expired then
 */
export function validatePath(input: PathInput, ops: CryptoOps): PathReport {
  if (Number.isNaN(input.at.getTime())) throw new CodedError('ERR_REQUEST_INVALID', { field: 'at', rule: 'instant' });
  const profile = typeof input.profile === 'string' ? profiles[input.profile] : input.profile;
  const search = new PathSearch(input, profile, ops);
  try {
    const found = search.run();
    return found === undefined ? notFound(input, search.attempts) : passed(found, search.attempts, input, profile);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return failed({ code: error.code, params: error.params }, search.attempts);
  }
}

function passed(found: FoundPath, attempts: readonly PathAttempt[], { at }: PathInput, profile: Profile): PathReport {
  const top = found.chain.at(-1);
  const anchored: readonly Certificate[] =
    found.anchor.kind === 'certificate' && !(top !== undefined && equalBytes(found.anchor.certificate.der, top.der))
      ? [...found.chain, found.anchor.certificate]
      : [...found.chain];
  return {
    verdict: { indication: 'passed' },
    path: anchored,
    anchor: found.anchor,
    attempts: byTelling(attempts),
    policies: found.policies,
    verified: proveVerified(anchored, found.anchor, at, profile.name),
    checked: found.checked,
  };
}

function notFound(input: PathInput, attempts: readonly PathAttempt[]): PathReport {
  const sorted = byTelling(attempts);
  const [telling] = sorted;
  const reason: Reason = telling?.reason ?? {
    code: 'ERR_PATH_UNKNOWN_ISSUER',
    params: { issuer: formatName(input.leaf.issuer) },
  };
  const needs = needsFor(input, reason);
  const verdict: Verdict =
    needs.length > 0
      ? { indication: 'indeterminate', reason, needs }
      : { indication: 'failed', reason, ...(telling?.subject && { subject: telling.subject }) };
  return { verdict, path: null, anchor: null, attempts: sorted, policies: [], verified: null, checked: emptyTrail };
}

function needsFor(input: PathInput, reason: Reason): readonly Need[] {
  if (input.trustAnchors.length === 0) return [{ kind: 'trust-anchor', of: formatName(input.leaf.issuer) }];
  if (reason.code === 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED')
    return [{ kind: 'algorithm', of: String(reason.params.algorithm ?? '') }];
  return [];
}

function failed(reason: Reason, attempts: readonly PathAttempt[]): PathReport {
  return {
    verdict: { indication: 'failed', reason },
    path: null,
    anchor: null,
    attempts: byTelling(attempts),
    policies: [],
    verified: null,
    checked: emptyTrail,
  };
}
