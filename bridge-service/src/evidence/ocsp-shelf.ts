import { toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import type { Certificate } from '@onelock/core/x509';
import type { Outbound } from '../outbound/index.ts';
import type { Clock } from '../services/ports/clock.ts';
import type { CaSources, StoredResponse } from '../services/ports/evidence-store.ts';
import type { Store } from '../services/ports/store.ts';
import { askResponder } from './ocsp-question.ts';
import { refreshTime } from './refresh-time.ts';
import { SingleFlight } from './single-flight.ts';
import type { SourceHealth } from './source-health.ts';
import type { Source } from './source-name.ts';

export interface OcspShelfOptions {
  readonly store: Store;
  readonly outbound: Outbound;
  readonly health: SourceHealth;
  readonly clock: Clock;
  readonly ops: CryptoOps;
  readonly random: () => number;
  readonly timeoutMs: number;
  /** An answer is asked for again after this, however long it says that it counts. */
  readonly longestMs: number;
  readonly onStoreFailure: (error: unknown) => void;
}

/** What is known of one certificate, and why it is not newer. */
export interface OcspFinding {
  readonly known: StoredResponse | undefined;
  /** Of each source that was asked in vain. */
  readonly failures: readonly { readonly source: Source; readonly reason: Reason }[];
}

/** Answers in memory: two kilobytes each. */
const mostHeld = 50_000;
/** A genuine answer that decides nothing is asked for again soon. */
const openMs = 60_000;

/** Answers of responders: in memory, and in the database for the next start and for other nodes. */
export class OcspShelf {
  readonly #options: OcspShelfOptions;
  readonly #held = new Map<string, StoredResponse>();
  readonly #flights = new SingleFlight<OcspFinding>();

  constructor(options: OcspShelfOptions) {
    this.#options = options;
  }

  settle(): Promise<void> {
    return this.#flights.settle();
  }

  /** What is known now, without asking anybody; for whoever cannot wait any longer. */
  async known(certificate: Certificate, issuer: Certificate): Promise<StoredResponse | undefined> {
    const key = this.#keyOf(certificate, issuer);
    return this.#held.get(key) ?? (await this.#options.store.evidence.response(key)) ?? undefined;
  }

  /** An answer that still counts, else one that a responder gives now, else the last one there was. */
  find(
    certificate: Certificate,
    issuer: Certificate,
    sources: readonly Source[],
    settings: CaSources,
  ): Promise<OcspFinding> {
    return this.#flights.run(this.#keyOf(certificate, issuer), async () => {
      const known = await this.known(certificate, issuer);
      if (known !== undefined && known.refreshAt > this.#options.clock().toISOString()) return { known, failures: [] };
      const failures: { readonly source: Source; readonly reason: Reason }[] = [];
      for (const source of sources) {
        try {
          return { known: await this.#ask(certificate, issuer, source, settings), failures };
        } catch (error) {
          if (!isCodedError(error)) throw error;
          failures.push({ source, reason: { code: error.code, params: error.params } });
        }
      }
      return { known, failures };
    });
  }

  async #ask(
    certificate: Certificate,
    issuer: Certificate,
    source: Source,
    settings: CaSources,
  ): Promise<StoredResponse> {
    const { outbound, health, clock, ops, random, timeoutMs, longestMs } = this.#options;
    const answer = await health.ask(source, () =>
      askResponder(outbound, { certificate, issuer, source, settings }, { timeoutMs, now: clock(), ops }),
    );
    const now = clock();
    const refreshAt =
      answer.open === undefined ? refreshTime(answer, now, random(), longestMs) : new Date(now.getTime() + openMs);
    const stored: StoredResponse = {
      ...{ certificate: this.#keyOf(certificate, issuer), url: source.url, response: answer.response },
      thisUpdate: answer.thisUpdate.toISOString(),
      nextUpdate: answer.nextUpdate?.toISOString() ?? null,
      ...{ fetchedAt: now.toISOString(), refreshAt: refreshAt.toISOString() },
    };
    this.#hold(stored, source);
    return stored;
  }

  #hold(stored: StoredResponse, source: Source): void {
    this.#held.delete(stored.certificate);
    this.#held.set(stored.certificate, stored);
    const [oldest] = this.#held.keys();
    if (this.#held.size > mostHeld && oldest !== undefined) this.#held.delete(oldest);
    if (source.origin !== 'registry') return;
    const { store, onStoreFailure } = this.#options;
    store.transaction(({ evidence }) => evidence.setResponse(stored)).catch(onStoreFailure);
  }

  #keyOf({ serialNumberBytes }: Certificate, { spki }: Certificate): string {
    return toHex(this.#options.ops.digest('sm3', spki, serialNumberBytes));
  }
}
