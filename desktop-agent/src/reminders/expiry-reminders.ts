import type { Certificate } from '@onelock/core/x509';
import type { TokenIdentity } from '@onelock/drivers/port';
import type { PresentDevice, TokenFleet } from '../tokens/fleet.ts';
import { certificatesOf, type KeyCertificates } from './key-certificates.ts';
import { type TellingParts, tellSites } from './tell-sites.ts';

/** Days before its end at which a certificate is spoken of, each once per site. */
export const reminderDays = [7, 15, 30, 90] as const;
const dayMs = 24 * 3600 * 1000;
const lookMs = 10 * 60_000;

export interface ExpiryReminderParts extends TellingParts {
  readonly fleet: TokenFleet;
  readonly certificates: KeyCertificates;
  readonly onProblem: (error: unknown) => void;
}

/** Tells pages of certificates that are about to expire: when a key is inserted, a page comes, and as time goes by. */
export class ExpiryReminders {
  readonly #parts: ExpiryReminderParts;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: ExpiryReminderParts) {
    this.#parts = parts;
    parts.fleet.onEvent(({ kind }) => {
      if (kind === 'device-inserted') this.look();
    });
    this.#timer = setInterval(() => this.look(), lookMs);
    this.#timer.unref();
  }

  /** Looks at every key that is present, for every page that may hear of it. One look after the other. */
  look(): void {
    this.#looking = this.#looking.then(() => this.#look()).catch(this.#parts.onProblem);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    for (const present of this.#parts.fleet.devices())
      for (const identity of await this.#parts.certificates.identitiesOf(present)) {
        const certificate = firstToEnd(identity);
        if (certificate !== undefined) await this.#remind(present, identity.id, certificate);
      }
  }

  async #remind(present: PresentDevice, identityId: string, certificate: Certificate): Promise<void> {
    const daysLeft = Math.ceil((certificate.notAfter.getTime() - this.#parts.now().getTime()) / dayMs);
    const threshold = reminderDays.find((each) => daysLeft <= each);
    if (threshold === undefined || daysLeft <= 0) return;
    await tellSites(this.#parts, { present, identityId, certificate, change: 'expiring', daysLeft, threshold });
  }
}

/** A dual pair is one identity, and as good as the first of its certificates to end. */
function firstToEnd(identity: TokenIdentity): Certificate | undefined {
  return [...certificatesOf(identity)].sort((left, right) => left.notAfter.getTime() - right.notAfter.getTime())[0];
}
