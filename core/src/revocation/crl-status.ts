import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import type { Reason } from '../verdict/index.ts';
import { formatName, type RevocationReasonFlag, sameName } from '../x509/index.ts';
import type { CertificateList } from './crl.ts';
import type { CrlEntry } from './crl-entry.ts';
import { type CrlFinding, findInCrl } from './crl-finding.ts';
import type { RevocationQuestion } from './question.ts';
import { allReasons, isCompromise, isTemporary } from './reasons.ts';
import type { SourceStatus } from './source-status.ts';

/**
 * RFC 5280 §6.3.3 over all lists at hand: complete ones, each with the newest delta that fits it, until every reason is
 * covered. A revocation for good counts from any genuine list, however old the list: nothing undoes it.
 */
export function crlStatus(question: RevocationQuestion, ops: CryptoOps): SourceStatus {
  const findings: CrlFinding[] = [];
  const problems: Reason[] = [];
  for (const list of question.crls) {
    const found = findInCrl(list, question, ops);
    if (found === undefined) continue;
    if ('code' in found) problems.push(found);
    else findings.push(found);
  }
  const lasting = findings.find(
    (finding) => finding.entry !== undefined && !isTemporary(finding.entry.reason) && revokesAt(finding, question),
  );
  if (lasting?.entry !== undefined) return revoked(lasting.entry, lasting.list);
  return decideByComplete(findings, problems, question);
}

function decideByComplete(
  findings: readonly CrlFinding[],
  problems: Reason[],
  question: RevocationQuestion,
): SourceStatus {
  const deltas = findings.filter(({ list, freshness }) => isDelta(list) && freshness.kind === 'fresh');
  const complete = findings.filter(({ list }) => !isDelta(list)).map((base) => combined(base, deltas));
  const covered = new Set<RevocationReasonFlag>();
  let oldest: CertificateList | undefined;
  for (const finding of complete) {
    if (complete.some((other) => supersedes(other, finding))) continue;
    const said = saysAt(finding, question);
    if (typeof said === 'object') {
      problems.push(said);
      continue;
    }
    if (said === 'revoked' && finding.entry !== undefined) return revoked(finding.entry, finding.list);
    for (const reason of finding.reasons) covered.add(reason);
    if (oldest === undefined || finding.list.thisUpdate < oldest.thisUpdate) oldest = finding.list;
  }
  const missing = [...allReasons].filter((reason) => !covered.has(reason));
  if (oldest !== undefined && missing.length === 0)
    return { kind: 'good', source: 'CRL', producedAt: oldest.thisUpdate };
  if (covered.size > 0) {
    const params = { issuer: formatName(question.certificate.issuer), missing: missing.join(' ') };
    problems.push({ code: 'ERR_REVOCATION_REASONS_INCOMPLETE', params });
  }
  return { kind: 'undecided', problems, known: newest(findings) };
}

const isDelta = (list: CertificateList): boolean => list.baseCrlNumber !== undefined;

function revoked(entry: CrlEntry, list: CertificateList): SourceStatus {
  const { reason, revocationDate } = entry;
  return { kind: 'revoked', source: 'CRL', producedAt: list.thisUpdate, reason, revokedAt: revocationDate };
}

/** Whether an entry had taken effect: a list made before the moment says so by being there, a later one by its dates. */
function revokesAt({ entry, freshness }: CrlFinding, { at, policy }: RevocationQuestion): boolean {
  if (entry === undefined) return false;
  if (freshness.kind !== 'later') return true;
  if (policy.compromisedIssuers === 'always' && isCompromise(entry.reason)) return true;
  const since = Math.min(entry.revocationDate.getTime(), entry.invalidityDate?.getTime() ?? Number.POSITIVE_INFINITY);
  return since <= at.getTime();
}

/** What a complete list, a delta perhaps included, says of the certificate at the moment, or why it does not count. */
function saysAt(finding: CrlFinding, question: RevocationQuestion): 'good' | 'revoked' | Reason {
  const { entry, freshness, list } = finding;
  const isListed = entry !== undefined && entry.reason !== 'removeFromCRL';
  switch (freshness.kind) {
    case 'fresh':
      return isListed ? 'revoked' : 'good';
    case 'stale':
      return freshness.problem;
    case 'later': {
      if (question.policy.laterEvidence === 'refused') return freshness.problem;
      if (isListed) return revokesAt(finding, question) ? 'revoked' : 'good';
      // A list need not name certificates that had expired when it was made (§3.3).
      return list.thisUpdate <= question.certificate.notAfter ? 'good' : freshness.problem;
    }
  }
}

/** A complete list as of its newest fitting delta: §6.3.3 (c), (h)–(k). */
function combined(base: CrlFinding, deltas: readonly CrlFinding[]): CrlFinding {
  const [delta] = deltas
    .filter((candidate) => fits(candidate, base))
    .toSorted((a, b) => b.list.thisUpdate.getTime() - a.list.thisUpdate.getTime());
  if (delta === undefined) return base;
  return { ...base, list: delta.list, freshness: delta.freshness, entry: delta.entry ?? base.entry };
}

/** §5.2.4: same issuer, key and scope; made over a base no newer than the list at hand, and newer than it itself. */
function fits({ list: delta, key }: CrlFinding, { list: base, key: baseKey }: CrlFinding): boolean {
  if (base.crlNumber === undefined || delta.crlNumber === undefined || delta.baseCrlNumber === undefined) return false;
  return (
    equalBytes(key.spki, baseKey.spki) &&
    sameName(delta.issuer, base.issuer) &&
    sameScope(delta, base) &&
    sameBytes(delta.authorityKeyIdentifier?.keyIdentifier, base.authorityKeyIdentifier?.keyIdentifier) &&
    delta.baseCrlNumber <= base.crlNumber &&
    delta.crlNumber > base.crlNumber
  );
}

/** Two usable lists of one scope: what the newer says is so. */
function supersedes(newer: CrlFinding, older: CrlFinding): boolean {
  return (
    newer.freshness.kind === 'fresh' &&
    newer.list.thisUpdate > older.list.thisUpdate &&
    sameName(newer.list.issuer, older.list.issuer) &&
    sameScope(newer.list, older.list)
  );
}

function sameScope(a: CertificateList, b: CertificateList): boolean {
  return sameBytes(a.scope?.der, b.scope?.der);
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return equalBytes(a, b);
}

function newest(findings: readonly CrlFinding[]): Extract<SourceStatus, { kind: 'undecided' }>['known'] {
  const times = findings.map(({ list }) => list.thisUpdate.getTime());
  return times.length === 0 ? undefined : { source: 'CRL', producedAt: new Date(Math.max(...times)) };
}
