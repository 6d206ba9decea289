/** Where in a certificate a value was found. */
export type IdentitySource =
  | 'extension-of-authority'
  | 'extension-organization-code'
  | 'extension-registration-number'
  | 'extension-legacy'
  | 'subject-serial-number'
  | 'subject-organization-identifier'
  | 'subject-organization-unit'
  | 'subject-organization'
  | 'subject-unique-identifier'
  | 'subject-common-name';

/** 统一社会信用代码, GB 32100-2015. */
export interface UnifiedSocialCreditCode {
  /** 18 characters, upper case. */
  readonly value: string;
  readonly checkDigitValid: boolean;
  readonly source: IdentitySource;
}

/** An identity number of a person, as the certificate states it. Personal data: mask it before it leaves. */
export interface PersonIdentifier {
  readonly kind: 'resident-id' | 'military-id' | 'passport' | 'unknown';
  readonly value: string;
  /** GB 11643 check character for an 18-character resident id; null where the kind has none. */
  readonly checkDigitValid: boolean | null;
}

/** Who a certificate is about, in the words of the bidding platforms. */
export interface SubjectIdentity {
  readonly organization: string | null;
  readonly unifiedSocialCreditCode: UnifiedSocialCreditCode | null;
  readonly person: { readonly name: string | null; readonly identifier: PersonIdentifier | null };
  readonly commonName: string | null;
  readonly country: string | null;
  readonly province: string | null;
  readonly locality: string | null;
}
