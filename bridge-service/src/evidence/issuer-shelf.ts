import { isCodedError } from '@onelock/core/errors';
import { type Certificate, sameName } from '@onelock/core/x509';
import { fetchIssuers, type Outbound } from '../outbound/index.ts';
import type { Clock } from '../services/ports/clock.ts';
import { SingleFlight } from './single-flight.ts';
import type { SourceHealth } from './source-health.ts';
import type { Source } from './source-name.ts';

export interface IssuerShelfOptions {
  readonly outbound: Outbound;
  readonly health: SourceHealth;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

interface Held {
  readonly certificates: readonly Certificate[];
  readonly until: number;
}

const mostHeld = 2_000;
const heldMs = 6 * 3_600_000;
/** An address that gave nothing is not asked again for so long: orphans come by the thousand. */
const emptyMs = 5 * 60_000;

/** Issuers' certificates from the addresses that certificates name (AIA) or an operator listed. Candidates, nothing more. */
export class IssuerShelf {
  readonly #options: IssuerShelfOptions;
  readonly #held = new Map<string, Held>();
  readonly #flights = new SingleFlight<readonly Certificate[]>();

  constructor(options: IssuerShelfOptions) {
    this.#options = options;
  }

  settle(): Promise<void> {
    return this.#flights.settle();
  }

  /** Of all that is at hand, those who may have issued a certificate. */
  issuersOf({ issuer }: Certificate): readonly Certificate[] {
    return [...this.#held.values()].flatMap(({ certificates }) =>
      certificates.filter(({ subject }) => sameName(subject, issuer)),
    );
  }

  /** @throws {CodedError} as `SourceHealth.ask` and `fetchIssuers` */
  find(source: Source): Promise<readonly Certificate[]> {
    const held = this.#held.get(source.name);
    if (held !== undefined && held.until > this.#options.clock().getTime()) return Promise.resolve(held.certificates);
    return this.#flights.run(source.name, async () => {
      const { outbound, health, timeoutMs } = this.#options;
      try {
        const certificates = await health.ask(source, () => fetchIssuers(outbound, { ...source, timeoutMs }));
        return this.#hold(source, certificates, heldMs);
      } catch (error) {
        if (isCodedError(error)) this.#hold(source, held?.certificates ?? [], emptyMs);
        throw error;
      }
    });
  }

  #hold({ name }: Source, certificates: readonly Certificate[], forMs: number): readonly Certificate[] {
    this.#held.delete(name);
    this.#held.set(name, { certificates, until: this.#options.clock().getTime() + forMs });
    const [oldest] = this.#held.keys();
    if (this.#held.size > mostHeld && oldest !== undefined) this.#held.delete(oldest);
    return certificates;
  }
}
