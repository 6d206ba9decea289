import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import { type PathInput, type PathReport, validatePath } from '../path/index.ts';
import { isCompromise } from '../revocation/index.ts';
import type { CertificateEvidence } from './judge-certificate.ts';
import { judgeRevocation, type RevocationJudgement } from './judge-revocation.ts';

export interface JudgedPath {
  readonly found: PathReport;
  readonly revocation: RevocationJudgement;
}

/** Issuers that are left out, one after another, before the first finding stands. */
const mostDetours = 8;

/**
 * The first valid path on which nothing is revoked or open. Where an issuer is at fault, another certificate of that issuer (a
 * renewed one, one by another CA) may lead to the anchor as well, of another key where the key was compromised; where none
 * does, the first finding tells.
 */
export function findUnrevokedPath(evidence: CertificateEvidence, input: PathInput, ops: CryptoOps): JudgedPath {
  const first = judgePath(evidence, input, ops);
  let current = first;
  let { intermediates } = input;
  for (let detour = 0; detour < mostDetours; detour++) {
    const { atFault } = current.revocation;
    if (atFault === undefined || equalBytes(atFault.der, input.leaf.der)) break;
    const { verdict } = current.revocation;
    const isCompromised = verdict.indication === 'failed' && isCompromise(String(verdict.reason.params.reason));
    intermediates = intermediates.filter(
      ({ der, spki }) => !equalBytes(der, atFault.der) && !(isCompromised && equalBytes(spki, atFault.spki)),
    );
    current = judgePath(evidence, { ...input, intermediates }, ops);
    if (current.found.verdict.indication !== 'passed') break;
    if (current.revocation.verdict.indication === 'passed') return current;
  }
  return first;
}

function judgePath(evidence: CertificateEvidence, input: PathInput, ops: CryptoOps): JudgedPath {
  const found = validatePath(input, ops);
  return { found, revocation: judgeRevocation(evidence, found, ops) };
}
