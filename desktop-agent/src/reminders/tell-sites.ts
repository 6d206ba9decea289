import { type Certificate, formatName } from '@onelock/core/x509';
import type { EventSender } from '../dispatch/events.ts';
import type { HandleTable } from '../dispatch/handles.ts';
import { instant } from '../shapes/certificate-shape.ts';
import type { PresentDevice } from '../tokens/fleet.ts';
import type { ToldThresholds } from './told-thresholds.ts';

export interface TellingParts {
  readonly events: EventSender;
  readonly handles: HandleTable;
  readonly told: ToldThresholds;
  readonly now: () => Date;
}

/** Something about a certificate of a key that pages are to hear once. */
export interface CertificateNews {
  readonly present: PresentDevice;
  readonly identityId: string;
  readonly certificate: Certificate;
  readonly change: 'expiring' | 'revoked';
  readonly daysLeft: number | null;
  /** What was told before at this number or a lower one is not told again. */
  readonly threshold: number;
}

/** Tells every site once, all its pages that are open at the time; what was told is remembered across restarts. */
export async function tellSites({ events, handles, told, now }: TellingParts, news: CertificateNews): Promise<void> {
  const { present, identityId, certificate, change, daysLeft, threshold } = news;
  const heard = new Set<string>();
  for (const connection of events.listeners()) {
    const { origin } = connection;
    if (!heard.has(origin) && told.wasTold(origin, certificate.der, threshold)) continue;
    events.send(connection, 'certificatesChanged', {
      ...{ change, daysLeft, key: handles.keyHandle(origin, { present, identityId }) },
      ...{ subject: formatName(certificate.subject).slice(0, 1024), notAfter: instant(certificate.notAfter) },
    });
    heard.add(origin);
  }
  for (const origin of heard) await told.tell(origin, certificate.der, threshold, certificate.notAfter, now());
}
