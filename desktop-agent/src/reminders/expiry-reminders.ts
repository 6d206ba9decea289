import { isCodedError } from '@onelock/core/errors';
import { type Certificate, formatName, parseCertificate } from '@onelock/core/x509';
import type { TokenIdentity } from '@onelock/drivers/port';
import type { EventSender } from '../dispatch/events.ts';
import type { HandleTable } from '../dispatch/handles.ts';
import { instant, lenient } from '../shapes/certificate-shape.ts';
import type { PresentDevice, TokenFleet } from '../tokens/fleet.ts';
import type { Connection } from '../transport/connection.ts';
import { ToldThresholds } from './told-thresholds.ts';

/** Days before its end at which a certificate is spoken of, each once per site. */
export const reminderDays = [7, 15, 30, 90] as const;
const dayMs = 24 * 3600 * 1000;
const lookMs = 10 * 60_000;
/** A key's certificates are read again after so long; writing to one makes an event of its own. */
const readAgainMs = 3600 * 1000;

export interface ExpiryReminderParts {
  readonly stateDir: string;
  readonly fleet: TokenFleet;
  readonly events: EventSender;
  readonly handles: HandleTable;
  readonly now: () => Date;
  readonly onProblem: (error: unknown) => void;
}

/** Tells pages of certificates that are about to expire: when a key is inserted, a page comes, and as time goes by. */
export class ExpiryReminders {
  readonly #parts: ExpiryReminderParts;
  readonly #told: ToldThresholds;
  readonly #known = new WeakMap<
    PresentDevice,
    { readonly at: number; readonly identities: readonly TokenIdentity[] }
  >();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: ExpiryReminderParts) {
    this.#parts = parts;
    this.#told = new ToldThresholds(parts.stateDir);
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
      for (const identity of await this.#identitiesOf(present)) {
        const certificate = firstToEnd(identity);
        if (certificate !== undefined) await this.#remind(present, identity.id, certificate);
      }
  }

  async #remind(present: PresentDevice, identityId: string, certificate: Certificate): Promise<void> {
    const { events, handles, now } = this.#parts;
    const daysLeft = Math.ceil((certificate.notAfter.getTime() - now().getTime()) / dayMs);
    const days = reminderDays.find((each) => daysLeft <= each);
    if (days === undefined || daysLeft <= 0) return;
    const told = new Set<string>();
    const payloadFor = ({ origin }: Connection) => ({
      change: 'expiring' as const,
      key: handles.keyHandle(origin, { present, identityId }),
      subject: formatName(certificate.subject).slice(0, 1024),
      notAfter: instant(certificate.notAfter),
      daysLeft,
    });
    for (const connection of events.listeners()) {
      const { origin } = connection;
      // All pages of a site hear it, those that are open at the time.
      if (!told.has(origin) && this.#told.wasTold(origin, certificate.der, days)) continue;
      events.send(connection, 'certificatesChanged', payloadFor(connection));
      told.add(origin);
    }
    for (const origin of told) await this.#told.tell(origin, certificate.der, days, certificate.notAfter, now());
  }

  /** Of a token that does not answer now nothing is known now. */
  async #identitiesOf(present: PresentDevice): Promise<readonly TokenIdentity[]> {
    const known = this.#known.get(present);
    if (known !== undefined && performance.now() - known.at < readAgainMs) return known.identities;
    try {
      const identities = await present.driver.listIdentities(present.device.id);
      this.#known.set(present, { at: performance.now(), identities });
      return identities;
    } catch (error) {
      if (!isCodedError(error)) throw error;
      return [];
    }
  }
}

/** A dual pair is one identity, and as good as the first of its certificates to end. */
function firstToEnd({ signingCertificate, encryptionCertificate }: TokenIdentity): Certificate | undefined {
  return [signingCertificate, encryptionCertificate]
    .flatMap((der) => (der === null ? [] : (lenient(() => parseCertificate(der)) ?? [])))
    .sort((left, right) => left.notAfter.getTime() - right.notAfter.getTime())[0];
}
