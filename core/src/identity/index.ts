export { creditCodeCheckDigitValid, normaliseCreditCode } from './credit-code.ts';
export { subjectIdentity } from './find-identity.ts';
export { residentIdCheckDigitValid } from './resident-id.ts';
export type {
  IdentitySource,
  PersonIdentifier,
  SubjectIdentity,
  UnifiedSocialCreditCode,
} from './subject-identity.ts';
