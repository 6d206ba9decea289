import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { SubjectIdentity } from './subject-identity.ts';

/** Reads who a certificate is about. Never throws: what is not there is null. */
export function subjectIdentity(_certificate: Certificate): SubjectIdentity {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'subjectIdentity' });
}
