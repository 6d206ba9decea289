// What the service answers this page with, as JSON: the views of services/applications.
import type {
  Application,
  ApplicationStep,
  EnrolmentProduct,
  EnvelopeKind,
} from '../../services/ports/application-records.ts';

export type Product = EnrolmentProduct;

export interface OfferView {
  readonly caId: string;
  readonly name: string;
  readonly notice: string;
  readonly products: readonly Product[];
  readonly promised: {
    readonly availabilityPercent?: number;
    readonly responseMinutes?: number;
    readonly hours?: string;
  };
  readonly figures: {
    readonly days: number;
    readonly applications: number;
    readonly issued: number;
    readonly refused: number;
    readonly medianMinutes: number | null;
    readonly inTimePercent: number | null;
    readonly sources: number;
    readonly failingSources: number;
  };
}

export interface IssuedView {
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notAfter: string;
}

export interface ApplicationDetail
  extends Pick<
    Application,
    'id' | 'kind' | 'state' | 'caId' | 'product' | 'subject' | 'reason' | 'createdAt' | 'version'
  > {
  readonly signing: IssuedView | null;
  readonly encryption: IssuedView | null;
  readonly steps: readonly ApplicationStep[];
  readonly bidOpenings: readonly { readonly startsAt: string; readonly platform: string }[];
}

export interface ApplicationInput {
  readonly kind: 'new' | 'renewal';
  readonly caId: string;
  readonly product: string;
  readonly company: {
    readonly creditCode: string;
    readonly name: string;
    readonly province?: string;
    readonly locality?: string;
  };
  readonly applicant: { readonly name: string; readonly phone?: string };
  readonly renews?: string;
}

export type MadeApplication = Omit<ApplicationDetail, 'steps' | 'bidOpenings'> & {
  readonly applicationKey: string | null;
};

export interface DeliveryView {
  readonly signingCertificate: string;
  readonly encryptionCertificate: string | null;
  readonly envelope: { readonly kind: EnvelopeKind; readonly bytes: string } | null;
}

export interface RenewableView {
  readonly caId: string | null;
  readonly company: { readonly name: string; readonly creditCode: string };
}
