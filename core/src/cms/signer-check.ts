import type { SignatureAlgorithm } from '../crypto/index.ts';
import type { Symptom } from '../deviations/index.ts';
import type { Verdict } from '../verdict/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { SignerInfo } from './signed-data.ts';

/** What came of one signer: mathematics and attribute rules only. Whether the certificate is trusted is asked elsewhere. */
export interface SignerCheck {
  readonly verdict: Verdict;
  readonly signer: SignerInfo;
  /** The signer's certificate, where one was found. */
  readonly certificate: Certificate | null;
  readonly algorithm: SignatureAlgorithm | null;
  /** The signer's own claim (signingTime attribute); proves nothing. */
  readonly signingTime: Date | null;
  /** Departures from the standard that were seen. Whether each may pass is the judge's to say. */
  readonly deviations: readonly Symptom[];
}
