import type { SubjectIdentity } from '@onelock/core/identity';
import { maskDocumentNumber, maskPersonalNumbers } from './mask-personal-numbers.ts';

/** Who logged in, fit to be answered and kept: the number of a person's document is masked. */
/** Whose a certificate is that names nobody itself, on the word of the registry. */
export interface RegisteredCompany {
  readonly id: string;
  readonly creditCode: string;
  readonly name: string;
}

export interface IdentityView {
  readonly organization: string | null;
  readonly unifiedSocialCreditCode: { readonly value: string; readonly checkDigitValid: boolean } | null;
  readonly person: {
    readonly name: string | null;
    readonly identifier: {
      readonly kind: string;
      readonly masked: string;
      readonly checkDigitValid: boolean | null;
    } | null;
  };
  readonly commonName: string | null;
  readonly country: string | null;
  readonly province: string | null;
  readonly locality: string | null;
  /** Only where the certificate carries no code of its own, and its holder has shown to have the key. */
  readonly registeredCompany: RegisteredCompany | null;
}

export function identityView(identity: SubjectIdentity, registeredCompany: RegisteredCompany | null): IdentityView {
  const { unifiedSocialCreditCode: code, person } = identity;
  return {
    registeredCompany,
    ...maskPersonalNumbers({
      organization: identity.organization,
      commonName: identity.commonName,
      country: identity.country,
      province: identity.province,
      locality: identity.locality,
    }),
    unifiedSocialCreditCode: code && { value: code.value, checkDigitValid: code.checkDigitValid },
    person: {
      name: maskPersonalNumbers(person.name),
      identifier: person.identifier && {
        kind: person.identifier.kind,
        masked: maskDocumentNumber(person.identifier.value),
        checkDigitValid: person.identifier.checkDigitValid,
      },
    },
  };
}
