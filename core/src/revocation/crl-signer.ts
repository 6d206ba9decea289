import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps, PublicKey } from '../crypto/index.ts';
import { isCodedError } from '../errors/index.ts';
import type { Reason } from '../verdict/index.ts';
import { type Certificate, formatName, sameName, verifyCertificateSignature } from '../x509/index.ts';
import type { CertificateList } from './crl.ts';
import { verifyEvidence } from './evidence-signature.ts';
import type { SignerQuestion } from './question.ts';

export type CrlSigner =
  | { readonly kind: 'found'; readonly key: PublicKey }
  | { readonly kind: 'problem'; readonly problem: Reason };

interface Candidate {
  readonly publicKey: () => PublicKey;
  readonly certificate: Certificate | undefined;
  readonly trusted: boolean;
}

/**
 * RFC 5280 §6.3.3 (f), (g): who signed a list, among the issuers on the path, the anchor, and other certificates of the list
 * issuer's name (separate keys for certificates and lists; §6.3.3 calls for their own path). A key whose certificate lacks
 * cRLSign signs no list.
 *
 * NOTE: stricter than §6.3.3 (f), by which any CA below the anchor could name somebody like another CA and revoke or clear that
 * one's certificates: who signs for an issuer on the path was certified by that issuer or by the one above it.
 */
export function findCrlSigner(list: CertificateList, question: SignerQuestion, ops: CryptoOps): CrlSigner {
  const params = { source: 'CRL', issuer: formatName(list.issuer) } as const;
  let problem: Reason = { code: 'ERR_REVOCATION_SIGNER_UNKNOWN', params };
  for (const candidate of candidatesFor(list, question)) {
    const { certificate } = candidate;
    const refusal = tryCandidate(list, candidate, question, ops);
    if (refusal === undefined) return { kind: 'found', key: candidate.publicKey() };
    if (refusal === 'other-signer') {
      if (problem.code === 'ERR_REVOCATION_SIGNER_UNKNOWN')
        problem = { code: 'ERR_REVOCATION_SIGNATURE_INVALID', params };
    } else if (refusal === 'no-crl-sign') {
      const subject = certificate === undefined ? params.issuer : formatName(certificate.subject);
      problem = {
        code: 'ERR_REVOCATION_SIGNER_NOT_AUTHORIZED',
        params: { ...params, cause: 'cRLSign', signer: subject },
      };
    } else problem = refusal;
  }
  return { kind: 'problem', problem };
}

function tryCandidate(
  list: CertificateList,
  { publicKey, certificate, trusted }: Candidate,
  question: SignerQuestion,
  ops: CryptoOps,
): Reason | 'other-signer' | 'no-crl-sign' | undefined {
  try {
    if (!verifyEvidence(list, publicKey(), question.policy.digests, ops)) return 'other-signer';
    if (certificate?.keyUsage?.has('cRLSign') === false) return 'no-crl-sign';
    if (trusted || certificate === undefined) return undefined;
    const isAppointed = wasAppointed(certificate, list, question, ops);
    const refusal = isAppointed ? question.trust.judge(certificate, 'crl-issuer') : notAppointed;
    if (refusal === undefined) return undefined;
    const params = { source: 'CRL', issuer: formatName(list.issuer), cause: refusal.code };
    return { code: 'ERR_REVOCATION_SIGNER_NOT_AUTHORIZED', params };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return error.code === 'ERR_SIGNATURE_ALGORITHM_MISMATCH'
      ? 'other-signer'
      : { code: error.code, params: error.params };
  }
}

const notAppointed = { code: 'ERR_PATH_UNKNOWN_ISSUER' } as const;

/** Asked only where the list speaks in the name of an issuer on the path; others are named by the certificate itself. */
function wasAppointed(
  signer: Certificate,
  list: CertificateList,
  { issuer, trust }: SignerQuestion,
  ops: CryptoOps,
): boolean {
  const above = [issuer, ...trust.path.filter((authority) => authority !== issuer)];
  const places = above.flatMap(({ name }, index) => (sameName(name, list.issuer) ? [index] : []));
  if (places.length === 0) return true;
  const appointing = new Set(places.flatMap((place) => [place, place + 1]));
  return above.some(({ publicKey }, index) => appointing.has(index) && isSignedBy(signer, publicKey, ops));
}

function isSignedBy(certificate: Certificate, key: PublicKey, ops: CryptoOps): boolean {
  try {
    return verifyCertificateSignature(certificate, key, ops);
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}

/** At most this many keys are tried on one list. */
const mostCandidates = 16;

/** Trusted ones first; where the list's key identifier is that of some, only those (§5.2.1). */
function candidatesFor(list: CertificateList, { issuer, trust }: SignerQuestion): readonly Candidate[] {
  const authorities = [issuer, ...trust.path.filter((authority) => authority !== issuer)];
  const all: readonly Candidate[] = [
    ...authorities
      .filter(({ name }) => sameName(name, list.issuer))
      .map(({ publicKey, certificate }) => ({ publicKey: () => publicKey, certificate, trusted: true })),
    ...trust.candidates
      .filter(({ subject }) => sameName(subject, list.issuer))
      .map((certificate) => ({ publicKey: () => certificate.publicKey, certificate, trusted: false })),
  ];
  const wanted = list.authorityKeyIdentifier?.keyIdentifier;
  const named = wanted === undefined ? [] : all.filter(({ certificate }) => hasKeyIdentifier(certificate, wanted));
  return (named.length > 0 ? named : all).slice(0, mostCandidates);
}

function hasKeyIdentifier(certificate: Certificate | undefined, wanted: Uint8Array): boolean {
  try {
    const has = certificate?.subjectKeyIdentifier;
    return has !== undefined && equalBytes(has, wanted);
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}
