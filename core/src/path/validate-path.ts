import type { CryptoOps } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { PathInput } from './path-input.ts';
import type { PathReport } from './path-report.ts';

/**
 * Builds and validates a certification path from a leaf to one of the given anchors (RFC 5280 §6).
 * Never throws for a bad path: what is wrong is the verdict's reason.
 */
export function validatePath(_input: PathInput, _ops: CryptoOps): PathReport {
  throw new CodedError('ERR_CALL_UNSUPPORTED', {});
}
