import { oids } from '../asn1/index.ts';
import { type Certificate, nameAttribute } from '../x509/index.ts';
import { findCreditCode } from './credit-code-places.ts';
import { type IdentityMapping, identityMappings } from './identity-mapping.ts';
import { findPersonIdentifier, findPersonName } from './person.ts';
import type { SubjectIdentity } from './subject-identity.ts';

/**
 * Reads who a certificate is about: company, 统一社会信用代码, person. Looks where GM/T 0015, GB/T 20518 and the CAs in use put
 * these (extensions, then subject attributes), its own CA's places first. Says nothing about trust; what is not there is
 * null.
 *
 * @param mappings  where which CA puts the company's code
 */
export function subjectIdentity(
  certificate: Certificate,
  mappings: readonly IdentityMapping[] = identityMappings,
): SubjectIdentity {
  const { subject } = certificate;
  const organization = nameAttribute(subject, oids.organizationName) ?? null;
  const identifier = findPersonIdentifier(certificate);
  return {
    organization,
    unifiedSocialCreditCode: findCreditCode(certificate, mappings),
    person: { name: findPersonName(certificate, organization, identifier !== null), identifier },
    commonName: nameAttribute(subject, oids.commonName) ?? null,
    country: nameAttribute(subject, oids.countryName) ?? null,
    province: nameAttribute(subject, oids.stateOrProvinceName) ?? null,
    locality: nameAttribute(subject, oids.localityName) ?? null,
  };
}
