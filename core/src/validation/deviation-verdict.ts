import { type Deviation, type DeviationUse, requireDeclared, type Symptom } from '../deviations/index.ts';
import { isCodedError } from '../errors/index.ts';
import type { Verdict } from '../verdict/index.ts';
import { type Certificate, describeSubject } from '../x509/index.ts';

export interface JudgedDeviations {
  /** Those that were declared, as the report counts them. */
  readonly uses: readonly DeviationUse[];
  /** Why the message fails; undefined when every deviation was declared. */
  readonly verdict: Verdict | undefined;
}

/** What the deviations of a message by this certificate's key mean: a declared one is counted, any other fails. */
export function judgeDeviations(
  seen: readonly Symptom[],
  certificate: Certificate,
  at: Date,
  table: readonly Deviation[] | undefined,
): JudgedDeviations {
  try {
    return { uses: requireDeclared(seen, certificate.issuer, { at, table }), verdict: undefined };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const reason = { code: error.code, params: error.params };
    return { uses: [], verdict: { indication: 'failed', reason, subject: describeSubject(certificate) } };
  }
}
