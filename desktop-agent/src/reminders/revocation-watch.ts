import { toBase64 } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import { type Certificate, formatName } from '@onelock/core/x509';
import type { ServiceClient } from '../service/service-client.ts';
import type { TokenFleet } from '../tokens/fleet.ts';
import { certificatesOf, type KeyCertificates } from './key-certificates.ts';
import { type TellingParts, tellSites } from './tell-sites.ts';

/** Below every number of days: who heard this needs no word about the end any more. */
const revokedThreshold = -1;

export interface RevocationWatchParts extends TellingParts {
  /** Without one nobody here knows what was revoked. */
  readonly service: ServiceClient | null;
  readonly fleet: TokenFleet;
  readonly certificates: KeyCertificates;
  /** A certificate is asked about again after so long. */
  readonly everyMs: number;
  readonly onProblem: (error: unknown) => void;
}

/**
 * Asks the service about the certificates of the keys that are present, as long as a page listens, and tells pages of those that were revoked. It
 * tells what evidence of the CA says, and never what is on a watch-list: what an agent holds must be taken for public (docs/adr/0022).
 */
export class RevocationWatch {
  readonly #parts: RevocationWatchParts;
  /** Digest of the certificate's octets as text → when it was asked about, and what came of it. */
  readonly #asked = new Map<string, { readonly at: number; readonly revoked: boolean }>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: RevocationWatchParts) {
    this.#parts = parts;
    parts.fleet.onEvent(({ kind }) => {
      if (kind === 'device-inserted') this.look();
    });
    parts.service?.onChanged((lost) => {
      if (lost === null) this.look();
    });
    this.#timer = setInterval(() => this.look(), parts.everyMs);
    this.#timer.unref();
  }

  /** Looks at every key that is present. One look after the other; what was asked lately is not asked again. */
  look(): void {
    this.#looking = this.#looking.then(() => this.#look()).catch(this.#parts.onProblem);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { service, fleet, certificates, events } = this.#parts;
    if (service === null || events.listeners().length === 0) return;
    for (const present of fleet.devices())
      for (const identity of await certificates.identitiesOf(present))
        for (const certificate of certificatesOf(identity)) {
          if (this.#closed) return;
          if (!(await this.#isRevoked(service, certificate))) continue;
          const news = { present, identityId: identity.id, certificate, change: 'revoked', daysLeft: null } as const;
          await tellSites(this.#parts, { ...news, threshold: revokedThreshold });
        }
  }

  async #isRevoked(service: ServiceClient, certificate: Certificate): Promise<boolean> {
    const encoded = toBase64(certificate.der);
    const known = this.#asked.get(encoded);
    const now = performance.now();
    // Half the time between looks: a look is never skipped for a few milliseconds.
    if (known !== undefined && now - known.at < this.#parts.everyMs / 2) return known.revoked;
    if (!service.reachable) return known?.revoked ?? false;
    try {
      const answer = await service.ask('/v1/certificates/validate', { certificate: encoded });
      const revoked = saysRevoked(answer, certificate);
      if (this.#asked.size >= mostAsked) this.#asked.clear();
      this.#asked.set(encoded, { at: now, revoked });
      return revoked;
    } catch (error) {
      // Out of reach, or no question that it answers: nothing is known now.
      if (isCodedError(error)) return known?.revoked ?? false;
      throw error;
    }
  }
}

const mostAsked = 500;

/** That this very certificate was revoked, not a CA above it. Subjects are shown masked; issuers are not people. */
function saysRevoked(answer: unknown, { issuer, serialNumber }: Certificate): boolean {
  const report = answer as {
    readonly indication?: unknown;
    readonly reason?: { readonly code?: unknown };
    readonly subject?: { readonly issuer?: unknown; readonly serialNumber?: unknown };
  } | null;
  if (report?.indication !== 'failed' || report.reason?.code !== 'ERR_REVOCATION_REVOKED') return false;
  const { subject: at } = report;
  return at === undefined || (at.serialNumber === serialNumber && at.issuer === formatName(issuer));
}
