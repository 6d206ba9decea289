import type { CryptoOps } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { TrustEvidence } from './evidence.ts';
import type { CertificateReport } from './report.ts';

export interface CertificateEvidence extends TrustEvidence {
  readonly certificate: Certificate;
}

/** Judges one certificate. Pure: the same evidence always gives the same report. */
export function judgeCertificate(_evidence: CertificateEvidence, _ops: CryptoOps): CertificateReport {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'judgeCertificate' });
}
