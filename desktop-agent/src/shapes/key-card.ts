import { oids } from '@onelock/core/asn1';
import { subjectIdentity } from '@onelock/core/identity';
import { type Certificate, nameAttribute } from '@onelock/core/x509';
import type { TokenDevice } from '@onelock/drivers/port';
import type { KeyCard } from '../consent/question.ts';
import { instant, lenient, publicKeyInfo, serialNumberOf } from './certificate-shape.ts';
import { plainLine } from './plain-line.ts';

/** From here on a certificate is shown as about to expire. */
const expiringMs = 30 * 24 * 3_600_000;

/** A key as a window shows it: what a certificate or a token says of itself is others' text. */
export function keyCard(certificate: Certificate, device: TokenDevice, now: Date): KeyCard {
  const identity = subjectIdentity(certificate);
  const issuerName = (oid: string): string | null => shown(nameAttribute(certificate.issuer, oid) ?? null);
  return {
    organization: shown(identity.organization),
    commonName: shown(identity.commonName),
    creditCode: shown(identity.unifiedSocialCreditCode?.value ?? null),
    issuer: issuerName(oids.commonName) ?? issuerName(oids.organizationName) ?? '—',
    serialNumber: serialNumberOf(certificate),
    notBefore: instant(certificate.notBefore),
    notAfter: instant(certificate.notAfter),
    validity: validityOf(certificate, now),
    algorithm: algorithmText(certificate),
    device: [device.label, device.serialNumber].flatMap((part) => shown(part) ?? []).join(' '),
  };
}

/** null where nothing visible is left. */
function shown(text: string | null): string | null {
  return text === null ? null : plainLine(text) || null;
}

function validityOf(certificate: Certificate, now: Date): KeyCard['validity'] {
  if (now < certificate.notBefore) return 'not-yet-valid';
  const leftMs = certificate.notAfter.getTime() - now.getTime();
  if (leftMs < 0) return 'expired';
  return leftMs < expiringMs ? 'expiring' : 'valid';
}

function algorithmText(certificate: Certificate): string {
  const { algorithm, curve, bits } = publicKeyInfo(lenient(() => certificate.publicKey));
  if (algorithm === 'rsa') return `RSA ${bits}`;
  return (curve ?? algorithm).toUpperCase();
}
