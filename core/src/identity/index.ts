export { type ChineseExtension, type ChineseExtensionName, chineseExtensions } from './chinese-extensions.ts';
export { creditCodeCheckDigitValid, normaliseCreditCode } from './credit-code.ts';
export { extensionText, type TaggedText } from './extension-text.ts';
export { subjectIdentity } from './find-identity.ts';
export {
  type IdentityMapping,
  type IdentityPlace,
  type IdentityReading,
  identityMappings,
  usualPlaces,
} from './identity-mapping.ts';
export { residentIdCheckDigitValid } from './resident-id.ts';
export type {
  IdentitySource,
  PersonIdentifier,
  SubjectIdentity,
  UnifiedSocialCreditCode,
} from './subject-identity.ts';
