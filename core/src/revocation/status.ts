import type { CryptoOps } from '../crypto/index.ts';
import { isCodedError } from '../errors/index.ts';
import type { Need, Reason } from '../verdict/index.ts';
import { formatName } from '../x509/index.ts';
import { crlStatus } from './crl-status.ts';
import { ocspStatus } from './ocsp-status.ts';
import type { KnownEvidence, RevocationQuestion, RevocationStatus } from './question.ts';
import { isTemporary } from './reasons.ts';
import type { SourceStatus } from './source-status.ts';

/**
 * Whether a certificate was revoked at a moment, by the lists and responses at hand (RFC 5280 §6.3, RFC 6960). Revoked
 * outweighs good; a certificate is good only where genuine, current evidence says so for every reason.
 *
 * Never throws for bad evidence: what is wrong is the reason of `unknown`.
 */
export function revocationStatus(question: RevocationQuestion, ops: CryptoOps): RevocationStatus {
  const statuses = [ocspStatus, crlStatus].map((judge) => orProblem(() => judge(question, ops)));
  const revocations = statuses.filter((status) => status.kind === 'revoked');
  const good = newestOf(statuses.filter((status) => status.kind === 'good'));
  const lasting = revocations.find(({ reason }) => !isTemporary(reason));
  if (lasting !== undefined) return lasting;
  // A certificate on hold may be released: the newer of two answers is right, as far as both are from before the moment.
  const held = newestOf(revocations);
  const released = good !== undefined && held !== undefined && good.producedAt > held.producedAt;
  if (held !== undefined && !(released && good.producedAt <= question.at)) return held;
  if (good !== undefined) return good;
  return unknown(
    statuses.filter((status) => status.kind === 'undecided'),
    question,
  );
}

type Undecided = Extract<SourceStatus, { readonly kind: 'undecided' }>;

function unknown(undecided: readonly Undecided[], { issuer, certificate }: RevocationQuestion): RevocationStatus {
  const of = formatName(issuer.name);
  const problems = byTelling(undecided.flatMap((status) => status.problems));
  const [reason = { code: 'ERR_REVOCATION_NOT_AVAILABLE', params: { issuer: of } } satisfies Reason] = problems;
  const known = newestOf(undecided.flatMap((status) => (status.known === undefined ? [] : [status.known])));
  const needs: Need[] = [{ kind: 'revocation', of: formatName(certificate.subject) }];
  if (reason.code === 'ERR_REVOCATION_SIGNER_UNKNOWN')
    needs.push({ kind: 'signer-certificate', of: String(reason.params.issuer ?? of) });
  return { kind: 'unknown', reason, known, evidence: problems.length === 0 ? 'none' : 'unusable', needs };
}

/** The nearer to an answer, the more telling. */
const telling: readonly Reason['code'][] = [
  'ERR_REVOCATION_STALE',
  'ERR_REVOCATION_NOT_YET_VALID',
  'ERR_REVOCATION_CERTIFICATE_UNKNOWN',
  'ERR_REVOCATION_REASONS_INCOMPLETE',
  'ERR_REVOCATION_NONCE_MISMATCH',
  'ERR_REVOCATION_EXTENSION_UNKNOWN',
  'ERR_REVOCATION_RULE_BROKEN',
  'ERR_REVOCATION_SIGNER_NOT_AUTHORIZED',
  'ERR_REVOCATION_SIGNATURE_INVALID',
  'ERR_SIGNATURE_ALGORITHM_WEAK',
  'ERR_REVOCATION_SIGNER_UNKNOWN',
  'ERR_REVOCATION_OUT_OF_SCOPE',
];

function byTelling(problems: readonly Reason[]): readonly Reason[] {
  const rank = ({ code }: Reason): number => (telling.includes(code) ? telling.indexOf(code) : telling.length);
  return problems.toSorted((a, b) => rank(a) - rank(b));
}

function newestOf<T extends KnownEvidence>(items: readonly T[]): T | undefined {
  return items.toSorted((a, b) => b.producedAt.getTime() - a.producedAt.getTime())[0];
}

/** A certificate whose own extensions do not decode cannot be looked up. */
function orProblem(judge: () => SourceStatus): SourceStatus {
  try {
    return judge();
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { kind: 'undecided', problems: [{ code: error.code, params: error.params }], known: undefined };
  }
}
