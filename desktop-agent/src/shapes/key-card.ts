import { oids } from '@onelock/core/asn1';
import { subjectIdentity } from '@onelock/core/identity';
import { type Certificate, nameAttribute } from '@onelock/core/x509';
import type { TokenDevice } from '@onelock/drivers/port';
import type { KeyCard } from '../consent/question.ts';
import { instant, lenient, publicKeyInfo, serialNumberOf } from './certificate-shape.ts';

/** From here on a certificate is shown as about to expire. */
const expiringMs = 30 * 24 * 3_600_000;

/** A key as a window shows it. */
export function keyCard(certificate: Certificate, device: TokenDevice, now: Date): KeyCard {
  const identity = subjectIdentity(certificate);
  const name = (oid: string): string | undefined => nameAttribute(certificate.issuer, oid);
  return {
    organization: identity.organization,
    commonName: identity.commonName,
    creditCode: identity.unifiedSocialCreditCode?.value ?? null,
    issuer: name(oids.commonName) ?? name(oids.organizationName) ?? '—',
    serialNumber: serialNumberOf(certificate),
    notBefore: instant(certificate.notBefore),
    notAfter: instant(certificate.notAfter),
    validity: validityOf(certificate, now),
    algorithm: algorithmText(certificate),
    device: [device.label, device.serialNumber].filter((part) => part !== '').join(' '),
  };
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
