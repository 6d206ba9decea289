// What the service answers this page with, as JSON: the views of services/applications.

export interface Product {
  readonly code: string;
  readonly title: string;
  readonly keySpec: 'sm2' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'p256';
  readonly variant: 'single' | 'dual';
  readonly validDays: number;
  readonly priceFen: number;
  readonly renewalPriceFen: number;
  readonly expectedMinutes: number;
}

export interface Reason {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}

export type ApplicationState =
  | ('draft' | 'submitted' | 'pending' | 'issued' | 'installed')
  | ('held' | 'refused' | 'withdrawn');

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

export interface ApplicationDetail {
  readonly id: string;
  readonly kind: 'new' | 'renewal';
  readonly state: ApplicationState;
  readonly caId: string;
  readonly product: Product;
  readonly subject: {
    readonly creditCode: string;
    readonly companyName: string;
    readonly province: string | null;
    readonly locality: string | null;
  };
  readonly reason: Reason | null;
  readonly createdAt: string;
  readonly version: number;
  readonly signing: IssuedView | null;
  readonly encryption: IssuedView | null;
  readonly steps: readonly { readonly at: string; readonly state: ApplicationState; readonly reason: Reason | null }[];
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
  readonly envelope: { readonly kind: 'sm2-enveloped-key' | 'skf-enveloped-key-blob'; readonly bytes: string } | null;
}

export interface RenewableView {
  readonly caId: string | null;
  readonly company: { readonly name: string; readonly creditCode: string };
}
