import { type ErrorCode, type ErrorParams, isCodedError } from '../errors/index.ts';
import type { Reason, VerdictSubject } from '../verdict/index.ts';
import { type Certificate, describeSubject } from '../x509/index.ts';

/** One thing that is wrong with a way that was tried. Checks return it, or undefined when all is well. */
export interface PathProblem {
  readonly reason: Reason;
  readonly subject?: VerdictSubject;
}

/** A problem of one certificate; `subject` rides along in the reason's params. */
export function problemOf(certificate: Certificate, code: ErrorCode, params: ErrorParams = {}): PathProblem {
  const subject = describeSubject(certificate);
  return { reason: { code, params: { subject: subject.subject, ...params } }, subject };
}

/**
 * What a check threw over a malformed extension or key: the certificate at hand is at fault. An exhausted budget ends the whole validation and passes through, as does
 * anything that is not ours.
 */
export function problemOfError(error: unknown, certificate: Certificate): PathProblem {
  if (!isCodedError(error) || error.code === 'ERR_PATH_BUDGET_EXCEEDED') throw error;
  return { reason: { code: error.code, params: error.params }, subject: describeSubject(certificate) };
}
