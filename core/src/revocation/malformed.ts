import { CodedError } from '../errors/index.ts';

export type EvidenceSource = 'CRL' | 'OCSP';

/** What neither X.680 nor a lower room's codes can say: the value is DER, yet no list or response. */
export function malformed(source: EvidenceSource, field: string, offset: number): CodedError {
  return new CodedError('ERR_REVOCATION_MALFORMED', { source, field, offset });
}
