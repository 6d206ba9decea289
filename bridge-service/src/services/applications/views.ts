import { toBase64 } from '@onelock/core/bytes';
import { formatName, parseCertificate } from '@onelock/core/x509';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import type { Application, ApplicationStep, EnvelopeKind } from '../ports/application-records.ts';
import type { PersonView } from '../registry/companies.ts';
import type { OpeningAhead } from './openings-ahead.ts';

export interface IssuedCertificateView {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** PEM would be longer: base64 of the DER. */
  readonly der: string;
}

/** An application as it is shown; what identifies the person by its ends. */
export type ApplicationView = Pick<
  Application,
  | ('id' | 'kind' | 'state' | 'caId' | 'product' | 'platformId' | 'subject' | 'companyId' | 'renews' | 'reason')
  | ('attempts' | 'nextAttemptAt' | 'createdAt' | 'updatedAt' | 'submittedAt' | 'issuedAt' | 'installedAt' | 'version')
> & {
  readonly applicant: PersonView;
  readonly signing: IssuedCertificateView | null;
  readonly encryption: IssuedCertificateView | null;
};

export function applicationView(one: Application): ApplicationView {
  const { id, kind, state, caId, product, platformId, subject, companyId, renews, reason, applicant } = one;
  const { attempts, nextAttemptAt, createdAt, updatedAt, submittedAt, issuedAt, installedAt, version } = one;
  return {
    ...{ id, kind, state, caId, product, platformId, subject, companyId, renews, reason, attempts, nextAttemptAt },
    ...{ createdAt, updatedAt, submittedAt, issuedAt, installedAt, version },
    applicant: {
      name: applicant.name,
      identifier: applicant.identifier?.masked ?? null,
      phone: applicant.phone?.masked ?? null,
    },
    signing: issuedView(one.signingCertificate),
    encryption: issuedView(one.encryptionCertificate),
  };
}

function issuedView(der: Uint8Array | null): IssuedCertificateView | null {
  if (der === null) return null;
  const { subject, issuer, serialNumber, notBefore, notAfter } = parseCertificate(der);
  return {
    subject: maskPersonalNumbers(formatName(subject)),
    issuer: maskPersonalNumbers(formatName(issuer)),
    ...{ serialNumber, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString(), der: toBase64(der) },
  };
}

/** What an agent writes on the medium, in this order. */
export interface DeliveryView {
  readonly signingCertificate: string;
  readonly encryptionCertificate: string | null;
  /** The encryption key pair, as `importEncryptionKeyPair` takes it. */
  readonly envelope: { readonly kind: EnvelopeKind; readonly bytes: string } | null;
  readonly chain: readonly string[];
}

export interface ApplicationDetail extends ApplicationView {
  readonly steps: readonly ApplicationStep[];
  /** Of a renewal: what the old certificate may still be needed for. */
  readonly bidOpenings: readonly OpeningAhead[];
}
