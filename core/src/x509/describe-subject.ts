import type { VerdictSubject } from '../verdict/verdict.ts';
import type { Certificate } from './certificate.ts';
import { formatName } from './name-format.ts';

/** What a verdict says about the certificate at fault. Never throws. */
export function describeSubject(certificate: Certificate): VerdictSubject {
  return {
    subject: formatName(certificate.subject),
    issuer: formatName(certificate.issuer),
    serialNumber: certificate.serialNumber,
  };
}
