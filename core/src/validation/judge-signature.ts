import type { CryptoOps, PublicKey, SignatureAlgorithm } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { TrustEvidence } from './evidence.ts';
import type { SignatureReport } from './report.ts';

/** A raw signature (P1) and the one who is said to have made it: a certificate to be trusted, or a bare key that is. */
export type SignatureEvidence = {
  readonly content: Uint8Array;
  readonly signature: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
} & (({ readonly certificate: Certificate } & TrustEvidence) | { readonly publicKey: PublicKey });

/** Judges a raw signature. */
export function judgeSignature(_evidence: SignatureEvidence, _ops: CryptoOps): SignatureReport {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'judgeSignature' });
}
