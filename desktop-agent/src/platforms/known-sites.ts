import { CodedError } from '@onelock/core/errors';
import type { AgentConfig } from '../config.ts';
import type { Origin } from '../transport/origin.ts';
import type { PlatformRegistry } from './platform-registry.ts';
import type { TicketTerms } from './signed-registry.ts';

/** What is known of a site before anybody asks the person. */
export interface Standing {
  /** As the trading centre registered it; null for a site that stands in the agent's own configuration alone. */
  readonly name: string | null;
  readonly tickets: TicketTerms | null;
}

const unnamed: Standing = { name: null, tickets: null };

/**
 * Which sites may ask at all: those of the service's signed registry, those of the agent's own configuration, and for
 * developers pages of this computer. Any other is refused without a window.
 */
export class KnownSites {
  readonly #configured: AgentConfig['origins'];
  readonly #registry: PlatformRegistry | null;

  constructor(configured: AgentConfig['origins'], registry: PlatformRegistry | null) {
    this.#configured = configured;
    this.#registry = registry;
  }

  /** As of now, without asking anybody. */
  standing(origin: string): Standing | null {
    const registry = this.#registry;
    const entry = registry === null || registry.problem !== null ? undefined : registry.entry(origin);
    if (entry !== undefined) return { name: entry.name, tickets: entry.tickets };
    return this.#isExempt(origin) ? unnamed : null;
  }

  /**
   * @throws {CodedError} ERR_AGENT_ORIGIN_UNREGISTERED { origin }, ERR_AGENT_ORIGIN_REGISTRY_MISSING,
   *   ERR_AGENT_ORIGIN_REGISTRY_STALE { expiresAt }
   */
  async check(origin: Origin): Promise<Standing> {
    const known = this.standing(origin);
    if (known !== null) return known;
    const entry = await this.#registry?.find(origin);
    if (entry === undefined) throw new CodedError('ERR_AGENT_ORIGIN_UNREGISTERED', { origin });
    return { name: entry.name, tickets: entry.tickets };
  }

  /** The door lets pages of http://localhost and http://127.0.0.1 in for developers alone. */
  #isExempt(origin: string): boolean {
    return this.#configured === 'any' || origin.startsWith('http://') || this.#configured.includes(origin);
  }
}
