import type { IdentityPlace } from '@onelock/core/identity';
import type { AllowedDeviation } from '../registry/ca-deviations.ts';

/** A person as a registry keeps them: what identifies them is sealed (services/personal-data.ts) and shown by its ends only. */
export interface PersonRecord {
  readonly name: string;
  readonly identifier: SealedText | null;
  readonly phone: SealedText | null;
}

/** Text that is kept encrypted. */
export interface SealedText {
  /** Base64; empty once it was erased. */
  readonly sealed: string;
  readonly masked: string;
}

export interface CompanyName {
  readonly name: string;
  readonly since: string;
  /** null: the name it has now. */
  readonly until: string | null;
}

export interface Company {
  readonly id: string;
  /** 统一社会信用代码 in normal form, check digit verified. */
  readonly creditCode: string;
  readonly name: string;
  readonly state: 'active' | 'closed';
  readonly legalPerson: PersonRecord | null;
  /** Who acts for it (经办人). */
  readonly agents: readonly PersonRecord[];
  /** Oldest first, with the present one. */
  readonly names: readonly CompanyName[];
  readonly createdAt: string;
  readonly updatedAt: string;
  /** 1, 2, 3 …: each change is one. */
  readonly version: number;
}

export interface RegisteredCertificate {
  readonly id: string;
  /** SM3 of the DER, hex. */
  readonly digest: string;
  /** SM3 of the issuer's name in comparable form, hex. */
  readonly issuerKey: string;
  readonly serialNumber: string;
  readonly companyId: string | null;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** SM3 of the SubjectPublicKeyInfo, hex. */
  readonly keyDigest: string;
  readonly usage: 'sign' | 'encrypt' | 'both';
  /** As somebody said: USB key, phone, cloud … */
  readonly medium: string | null;
  readonly state: 'active' | 'suspended' | 'retired';
  /** When its holder first showed to have the key; null: registered on somebody's word. */
  readonly provenAt: string | null;
  /** Id of the login that showed it. */
  readonly proof: string | null;
  /** `api`, or the import that brought it. */
  readonly source: string;
  readonly der: Uint8Array;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

export interface RegisteredSeal {
  readonly id: string;
  /** 印章编码. */
  readonly code: string;
  readonly companyId: string;
  readonly name: string;
  readonly kind: 'company' | 'finance' | 'contract' | 'legal-person' | 'bidding' | 'other';
  readonly maker: string | null;
  readonly state: 'active' | 'suspended' | 'destroyed';
  /** The electronic seal (GB/T 38540), DER. */
  readonly data: Uint8Array | null;
  readonly dataDigest: string | null;
  /** SM3 digests of the certificates that may use it, hex. */
  readonly certificates: readonly string[];
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

export const registryNames = ['cas', 'platforms', 'companies', 'certificates', 'seals'] as const;
export type RegistryName = (typeof registryNames)[number];

/** What a record was after a change. */
export interface HistoryEntry {
  readonly registry: RegistryName;
  readonly recordId: string;
  readonly version: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  /** JSON, as the registry shows it: personal data masked. */
  readonly record: string;
  /** Why, in the words of whoever changed it, numbers of people masked; null when they gave none. */
  readonly reason: string | null;
}

export interface Contact {
  readonly name: string;
  readonly duty: string;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
}

/** What a CA has promised and where to turn to. */
export interface CaProfile {
  readonly contacts: readonly Contact[];
  readonly serviceLevel: {
    /** E.g. 99.9. */
    readonly availabilityPercent?: number | undefined;
    readonly responseMinutes?: number | undefined;
    readonly hours?: string | undefined;
  };
  /** Where its certificates carry the company, before the usual places: as `IdentityMapping` of core/identity. */
  readonly identityPlaces: readonly IdentityPlace[];
  /** Departures from the standards that are allowed to it. */
  readonly deviations: readonly AllowedDeviation[];
  /** Whether what the project allows to everybody is allowed to it too, or its own list alone. */
  readonly deviationRule: 'usual' | 'declared-only';
}

export const emptyCaProfile: CaProfile = {
  ...{ contacts: [], serviceLevel: {}, identityPlaces: [], deviations: [] },
  deviationRule: 'usual',
};

/** By what a platform has to show who it is. `token`: its bearer token is enough; with the others a stolen token is not. */
export const platformAuthentications = ['token', 'signature', 'mtls'] as const;
export type PlatformAuthentication = (typeof platformAuthentications)[number];

export interface PlatformProfile {
  readonly contacts: readonly Contact[];
  /** By which its server signs requests and tickets. SubjectPublicKeyInfo, base64. */
  readonly keys: readonly { readonly id: string; readonly publicKey: string }[];
  /** `required`: agents refuse what its pages ask without a ticket of its server. */
  readonly requestTickets?: 'required' | 'optional' | undefined;
  readonly authentication: PlatformAuthentication;
  /** Of its server, for TLS; PEM or base64 DER. That very certificate counts, whoever has issued it. */
  readonly clientCertificates: readonly { readonly id: string; readonly certificate: string }[];
  /** Instead of what the configuration allows every caller. */
  readonly requestsPerMinute: number | null;
  readonly webhooks: readonly { readonly url: string; readonly events: readonly string[] }[];
}

export const emptyPlatformProfile: PlatformProfile = {
  ...{ contacts: [], keys: [], authentication: 'token', clientCertificates: [] },
  ...{ requestsPerMinute: null, webhooks: [] },
};
