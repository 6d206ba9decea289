export { subjectIdentity } from './find-identity.ts';
export type {
  IdentitySource,
  PersonIdentifier,
  SubjectIdentity,
  UnifiedSocialCreditCode,
} from './subject-identity.ts';
