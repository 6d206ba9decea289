import type { CryptoOps, PublicKey, SignatureAlgorithm } from '../crypto/index.ts';
import type { Verdict } from '../verdict/index.ts';
import type { Certificate } from '../x509/index.ts';
import { orVerdict } from './error-verdict.ts';
import type { TrustEvidence } from './evidence.ts';
import { judgeCertificate } from './judge-certificate.ts';
import type { SignatureReport } from './report.ts';
import { describeAlgorithm, signingKeyUsage, weakSignature } from './signing-use.ts';
import { headOf, toReport } from './to-report.ts';

/** A raw signature (P1) and the one who is said to have made it: a certificate to be judged, or a bare key that is trusted. */
export type SignatureEvidence = {
  readonly content: Uint8Array;
  /** DER SEQUENCE { r, s } for SM2 and ECDSA, modulus-length bytes for RSA. */
  readonly signature: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
} & (({ readonly certificate: Certificate } & TrustEvidence) | { readonly publicKey: PublicKey });

/**
 * Judges a raw signature: the mathematics first, then, for a certificate, whether it is trusted and may sign. A bare key
 * is trusted because the caller says so; the report then has no certificate.
 */
export function judgeSignature(evidence: SignatureEvidence, ops: CryptoOps): SignatureReport {
  const algorithm = describeAlgorithm(evidence.algorithm);
  const verdict = orVerdict(() => checkMathematics(evidence, ops));
  if (verdict.indication !== 'passed') return { ...toReport(verdict), algorithm, certificate: null };
  const weak = weakSignature(evidence.algorithm, 'certificate' in evidence ? evidence.profile : 'rfc5280');
  if (!('certificate' in evidence)) return { ...toReport(weak ?? verdict), algorithm, certificate: null };
  const certificate = judgeCertificate({ ...evidence, keyUsageAnyOf: signingKeyUsage }, ops);
  if (certificate.indication === 'passed' && weak !== undefined) return { ...toReport(weak), algorithm, certificate };
  return {
    ...headOf(certificate),
    algorithm,
    certificate,
  };
}

function checkMathematics(evidence: SignatureEvidence, ops: CryptoOps): Verdict {
  const key = 'certificate' in evidence ? evidence.certificate.publicKey : evidence.publicKey;
  return ops.verify(key, evidence.algorithm, evidence.content, evidence.signature)
    ? { indication: 'passed' }
    : { indication: 'failed', reason: { code: 'ERR_SIGNATURE_INVALID', params: {} } };
}
