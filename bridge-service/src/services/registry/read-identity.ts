import { oids } from '@onelock/core/asn1';
import {
  type IdentityMapping,
  type IdentityPlace,
  identityMappings,
  type SubjectIdentity,
  subjectIdentity,
} from '@onelock/core/identity';
import { type Certificate, nameAttribute } from '@onelock/core/x509';
import type { Authority } from '../authority-index.ts';
import type { Ports } from '../ports/ports.ts';
import type { Readings } from '../ports/store.ts';

/**
 * Who a certificate is about: by the places that the registry of CAs gives for its issuer and by no others, else by those that are known for CAs in
 * use and the usual ones.
 */
export async function readIdentity(
  { trust }: Pick<Ports, 'trust'>,
  readings: Pick<Readings, 'cas' | 'evidence' | 'profiles'>,
  certificate: Certificate,
): Promise<SubjectIdentity> {
  const { authorities, profiles } = await trust.current(readings);
  const told = whoTellsPlaces(
    authorities.named(certificate.issuer),
    (caId) => profiles.get(caId)?.identityPlaces ?? [],
  );
  return told === undefined ? subjectIdentity(certificate) : identityBy(told.caId, told.places, certificate);
}

/** Of CAs of one name (one that was registered twice, an old record and a new one) the first that says where its certificates carry the company. */
export function whoTellsPlaces(
  namesakes: readonly Pick<Authority, 'caId'>[],
  placesOf: (caId: string) => readonly IdentityPlace[],
): { readonly caId: string; readonly places: readonly IdentityPlace[] } | undefined {
  const told = namesakes.map(({ caId }) => ({ caId, places: placesOf(caId) }));
  return told.find(({ places }) => places.length > 0) ?? told[0];
}

/** The same with the places at hand. */
export function identityBy(
  caId: string,
  identityPlaces: readonly IdentityPlace[],
  certificate: Certificate,
): SubjectIdentity {
  const issuer = issuerMark(certificate);
  if (identityPlaces.length === 0 || issuer === undefined) return subjectIdentity(certificate);
  const own: IdentityMapping = {
    ...{ authority: caId, issuer, places: identityPlaces, exclusive: true },
    evidence: 'the profile of the CA in the registry',
  };
  return subjectIdentity(certificate, [own, ...identityMappings]);
}

/** The issuer is known by its name already; a mapping asks for a text in it all the same. */
function issuerMark({ issuer }: Certificate): IdentityMapping['issuer'] | undefined {
  for (const oid of [oids.commonName, oids.organizationName, oids.organizationalUnitName]) {
    const contains = nameAttribute(issuer, oid);
    if (contains !== undefined) return { oid, contains };
  }
  return undefined;
}
