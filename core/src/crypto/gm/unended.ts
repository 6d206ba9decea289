import { CodedError } from '../../errors/coded-error.ts';

/**
 * A guard for something that ends once: after its end the key or the state is overwritten, and what went on would encipher under zeros.
 *
 * @returns to be called first; throws {CodedError} ERR_CRYPTO_PARAMETER_INVALID after the end
 */
export function requireUnended(): (step: 'update' | 'end') => void {
  let ended = false;
  return (step) => {
    if (ended) throw new CodedError('ERR_CRYPTO_PARAMETER_INVALID', { parameter: 'stream', value: 'ended' });
    if (step === 'end') ended = true;
  };
}
