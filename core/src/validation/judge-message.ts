import type { SignedData } from '../cms/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { TrustEvidence } from './evidence.ts';
import type { MessageReport } from './report.ts';

export interface MessageEvidence extends TrustEvidence {
  readonly message: SignedData;
  /** Required for a detached signature. */
  readonly content?: Uint8Array | undefined;
}

/** Judges a signed message: one verdict per signer, and `passed` as a whole only when every signer passed. */
export function judgeMessage(_evidence: MessageEvidence, _ops: CryptoOps): MessageReport {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'judgeMessage' });
}
