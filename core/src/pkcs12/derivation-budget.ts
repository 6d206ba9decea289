import { CodedError } from '../errors/index.ts';

/**
 * What one key file may cost: a file names its own numbers of iterations, and one that asks for billions is an attack on
 * our time. A million rounds of PBKDF2 take about half a second.
 */
export class DerivationBudget {
  #left: number;

  constructor(rounds = 1_000_000) {
    this.#left = rounds;
  }

  /**
   * @param weight  rounds of PBKDF2 that one iteration costs as much as
   * @throws {CodedError} ERR_KEY_FILE_LIMIT_EXCEEDED { limit: 'iterations' }
   */
  spend(iterations: number, weight: number): void {
    this.#left -= iterations * weight;
    if (this.#left < 0) throw new CodedError('ERR_KEY_FILE_LIMIT_EXCEEDED', { limit: 'iterations' });
  }
}
