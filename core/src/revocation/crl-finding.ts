import { oids } from '../asn1/index.ts';
import type { CryptoOps, PublicKey } from '../crypto/index.ts';
import type { Reason } from '../verdict/index.ts';
import { formatName, type RevocationReasonFlag } from '../x509/index.ts';
import type { CertificateList } from './crl.ts';
import type { CrlEntry } from './crl-entry.ts';
import { concerns, coveredReasons } from './crl-scope-match.ts';
import { findCrlSigner } from './crl-signer.ts';
import { type Freshness, freshnessAt } from './freshness.ts';
import type { RevocationQuestion } from './question.ts';

/** A genuine list in whose scope the certificate is, and what it says. */
export interface CrlFinding {
  readonly list: CertificateList;
  readonly key: PublicKey;
  readonly reasons: ReadonlySet<RevocationReasonFlag>;
  readonly freshness: Freshness;
  readonly entry: CrlEntry | undefined;
}

/** What one list is worth for the question: a finding, why it is not used, or nothing where it is about others. */
export function findInCrl(
  list: CertificateList,
  question: RevocationQuestion,
  ops: CryptoOps,
): CrlFinding | Reason | undefined {
  const { certificate, at, policy } = question;
  const issuer = formatName(list.issuer);
  if (!concerns(list, certificate)) return undefined;
  const reasons = coveredReasons(certificate, list);
  if (reasons.size === 0) return { code: 'ERR_REVOCATION_OUT_OF_SCOPE', params: { source: 'CRL', issuer } };
  const unfit = unfitness(list, policy.crl.form);
  if (unfit !== undefined) return unfit;
  const signer = findCrlSigner(list, question, ops);
  if (signer.kind === 'problem') return signer.problem;
  return {
    ...{ list, reasons, key: signer.key },
    freshness: freshnessAt(list, at, policy.crl, 'CRL', issuer),
    entry: list.entries.find(certificate.serialNumberBytes, certificate.issuer),
  };
}

/** What makes a list unfit to decide anything, whoever signed it and whenever. */
export function unfitness(list: CertificateList, form: 'rfc5280' | 'strict'): Reason | undefined {
  const params = { source: 'CRL', issuer: formatName(list.issuer) } as const;
  if (list.unknownCritical !== undefined)
    return { code: 'ERR_REVOCATION_EXTENSION_UNKNOWN', params: { ...params, oid: list.unknownCritical } };
  const rule = brokenRule(list, form);
  return rule === undefined ? undefined : { code: 'ERR_REVOCATION_RULE_BROKEN', params: { ...params, rule } };
}

/** What makes a list unfit, beyond its encoding. */
function brokenRule(list: CertificateList, form: 'rfc5280' | 'strict'): string | undefined {
  if (list.entries.namesIssuers && list.scope?.indirect !== true) return 'certificate-issuer-only-in-indirect-list';
  if (list.baseCrlNumber !== undefined && list.crlNumber === undefined) return 'crl-number-present-in-delta';
  if (form === 'rfc5280') return undefined;
  if (list.version !== 2) return 'version-2';
  if (list.crlNumber === undefined) return 'crl-number-present';
  if (list.extensions.some(({ oid, critical }) => critical && oid === oids.crlNumber)) return 'crl-number-not-critical';
  return undefined;
}
