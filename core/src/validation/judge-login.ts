import type { CryptoOps } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { LoginToken } from '../login/index.ts';
import type { TrustEvidence } from './evidence.ts';
import type { LoginReport } from './report.ts';

export interface LoginEvidence extends TrustEvidence {
  readonly token: LoginToken;
  /** The origin that the server serves. */
  readonly expectedOrigin: string;
  /** The challenge that the server gave out and has not seen back yet. */
  readonly expectedChallenge: Uint8Array;
}

/** Judges a login token. That a challenge works once is the caller's to ensure. */
export function judgeLogin(_evidence: LoginEvidence, _ops: CryptoOps): LoginReport {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'judgeLogin' });
}
