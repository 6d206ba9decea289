import { CodedError } from '@onelock/core/errors';
import { type Caller, type Prompt, reasonOfAbort } from '../consent/prompt.ts';
import type { KnownSites, Standing } from '../platforms/known-sites.ts';
import type { Origin } from '../transport/origin.ts';
import { RateLimit } from '../transport/rate-limit.ts';
import type { OriginRegistry } from './origin-registry.ts';

/** Questions of new sites over all of them: one page with many frames of many names is still one nuisance. */
const newSites = { burst: 24, perSecond: 0.1 } as const;
/** So many noes in a row to whatever sites, and no new site is asked about for a while. */
const refusalsInRow = 5;
const restMs = 60_000;

interface Asking {
  readonly decision: Promise<void>;
  readonly waiting: Set<AbortSignal>;
  readonly nobodyWaits: AbortController;
}

/** Lets calls pass whose site is known and the person has allowed, and asks once for a site that is new. */
export class Permissions {
  readonly #sites: Pick<KnownSites, 'standing' | 'check'>;
  readonly #registry: OriginRegistry;
  readonly #prompt: Prompt;
  readonly #now: () => Date;
  readonly #asking = new Map<Origin, Asking>();
  readonly #rate: RateLimit;
  #refusals = 0;
  #restsUntil = 0;

  constructor(
    sites: Pick<KnownSites, 'standing' | 'check'>,
    registry: OriginRegistry,
    prompt: Prompt,
    now: () => Date,
  ) {
    this.#sites = sites;
    this.#registry = registry;
    this.#prompt = prompt;
    this.#now = now;
    this.#rate = new RateLimit(newSites, now().getTime());
  }

  isAllowed(origin: Origin): boolean {
    return this.#registry.isAllowed(origin) && this.#sites.standing(origin) !== null;
  }

  /**
   * Settles once the site may call. Several calls that come meanwhile wait for the same window.
   *
   * @throws {CodedError} ERR_AGENT_ORIGIN_UNREGISTERED, ERR_AGENT_ORIGIN_REGISTRY_…, ERR_AGENT_ORIGIN_DENIED, ERR_AGENT_RATE_LIMITED, ERR_USER_CANCELLED, ERR_USER_TIMEOUT and what a {@link Prompt} rejects with
   */
  async admit(origin: Origin, caller: Caller): Promise<Standing> {
    const standing = this.#sites.standing(origin) ?? (await this.#sites.check(origin));
    if (caller.signal.aborted) throw reasonOfAbort(caller.signal);
    if (this.#registry.isAllowed(origin)) return standing;
    this.#registry.checkNotDenied(origin, this.#now());
    const asking = this.#asking.get(origin) ?? this.#ask(origin, caller);
    this.#join(asking, caller.signal);
    await asking.decision;
    return standing;
  }

  #join(asking: Asking, signal: AbortSignal): void {
    asking.waiting.add(signal);
    signal.addEventListener(
      'abort',
      () => {
        asking.waiting.delete(signal);
        if (asking.waiting.size === 0) asking.nobodyWaits.abort();
      },
      { once: true },
    );
  }

  #ask(origin: Origin, { language }: Caller): Asking {
    const now = this.#now().getTime();
    const waitMs = Math.max(this.#restsUntil - now, this.#rate.take(now));
    if (waitMs > 0) throw new CodedError('ERR_AGENT_RATE_LIMITED', { retryAfterMs: waitMs });
    const nobodyWaits = new AbortController();
    const decision = this.#prompt
      .ask({ kind: 'site', origin }, { signal: nobodyWaits.signal, language }, async (answer) => {
        if (answer.kind !== 'allow') {
          this.#registry.deny(origin, this.#now());
          throw new CodedError('ERR_AGENT_ORIGIN_DENIED', { origin });
        }
        await this.#registry.allow(origin, this.#now());
        this.#refusals = 0;
        return { kind: 'done', value: undefined };
      })
      .catch((error: unknown) => {
        if (!nobodyWaits.signal.aborted) this.#countRefusal();
        throw error;
      })
      .finally(() => this.#asking.delete(origin));
    const asking = { decision, waiting: new Set<AbortSignal>(), nobodyWaits };
    this.#asking.set(origin, asking);
    return asking;
  }

  #countRefusal(): void {
    this.#refusals += 1;
    if (this.#refusals < refusalsInRow) return;
    this.#refusals = 0;
    this.#restsUntil = this.#now().getTime() + restMs;
  }
}
