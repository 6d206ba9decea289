import { type CodedError, isCodedError } from '../errors/index.ts';
import type { Verdict } from '../verdict/index.ts';

/** An accident of decoding or of an engine, as a verdict: unsupported algorithms are not decided, all else has failed. */
export function verdictOfError(error: CodedError): Verdict {
  const reason = { code: error.code, params: error.params };
  if (error.code !== 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED') return { indication: 'failed', reason };
  const need = { kind: 'algorithm', of: String(error.params.algorithm ?? '') } as const;
  return { indication: 'indeterminate', reason, needs: [need] };
}

/** Runs a judgement whose decoding may throw coded errors; anything else is a defect and passes through. */
export function orVerdict<T>(judge: () => T): T | Verdict {
  try {
    return judge();
  } catch (error) {
    if (isCodedError(error)) return verdictOfError(error);
    throw error;
  }
}
