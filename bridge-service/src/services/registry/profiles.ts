import { fromBase64 } from '@onelock/core/bytes';
import { parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { readSourceUrl } from '../../outbound/index.ts';
import { certificateName } from '../platform-access.ts';
import type { Act, Ports } from '../ports/ports.ts';
import { type CaProfile, emptyPlatformProfile, type PlatformProfile } from '../ports/registry-records.ts';
import { readCertificate, readingField } from '../read-certificates.ts';
import { authorOf, recordChange } from './record-change.ts';

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findCaProfile({ store }: Ports, caId: string): Promise<CaProfile> {
  if ((await store.cas.byId(caId)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return store.profiles.ca(caId);
}

/** Sets contacts, service level, identity mapping and deviations of a CA, all at once. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function setCaProfile(ports: Ports, act: Act, caId: string, profile: CaProfile): Promise<CaProfile> {
  return act.transaction(async (repositories) => {
    if ((await repositories.cas.byId(caId)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    await repositories.profiles.setCa(caId, profile, ports.clock().toISOString());
    await recordChange(repositories, ports, authorOf(act), {
      ...{ registry: 'cas', recordId: caId, action: 'ca.set-profile', record: { profile } },
      details: { deviations: profile.deviations, identityPlaces: profile.identityPlaces.length },
    });
    return profile;
  });
}

/** A platform's own, or anybody's for an operator. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findPlatformProfile({ store }: Ports, id: string): Promise<PlatformProfile> {
  const caller = await store.callers.byId(id);
  if (caller?.role !== 'platform') throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return store.profiles.platform(id);
}

/**
 * Sets keys, quota, webhooks and contacts of a platform, all at once.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND; ERR_REQUEST_INVALID for an address that no webhook may have, or two keys of one name
 */
export async function setPlatformProfile(
  ports: Ports,
  act: Act,
  id: string,
  given: Partial<PlatformProfile>,
): Promise<PlatformProfile> {
  const profile: PlatformProfile = { ...emptyPlatformProfile, ...given };
  for (const [index, { publicKey }] of profile.keys.entries())
    readingField(`/keys/${index}/publicKey`, () => parsePublicKey(fromBase64(publicKey)));
  if (new Set(profile.keys.map((key) => key.id)).size < profile.keys.length)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/keys', rule: 'each id once' });
  if (profile.requestTickets === 'required' && profile.keys.length === 0)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/requestTickets', rule: 'needs a key in /keys' });
  if (profile.authentication === 'signature' && profile.keys.length === 0)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/keys', rule: 'a key to sign by' });
  if (profile.authentication === 'mtls' && profile.clientCertificates.length === 0)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/clientCertificates', rule: 'a certificate to come with' });
  const names = profile.clientCertificates.map(({ certificate }, index) =>
    certificateName(readCertificate(certificate, `/clientCertificates/${index}/certificate`).der),
  );
  for (const [index, { url }] of profile.webhooks.entries())
    readingField(`/webhooks/${index}/url`, () => readSourceUrl(url, 'registry'));
  const { byCertificate } = await ports.platforms.current();
  const taken = names.findIndex((name) => ![undefined, id].includes(byCertificate(name)?.callerId));
  if (taken >= 0) throw new CodedError('ERR_REQUEST_CONFLICT', { field: `/clientCertificates/${taken}` });
  const set = await act.transaction(async (repositories) => {
    const caller = await repositories.callers.byId(id);
    if (caller?.role !== 'platform') throw new CodedError('ERR_REQUEST_NOT_FOUND');
    await repositories.profiles.setPlatform(id, profile, ports.clock().toISOString());
    await recordChange(repositories, ports, authorOf(act), {
      ...{ registry: 'platforms', recordId: id, action: 'platform.set-profile', record: { profile } },
      details: {
        ...{ keys: profile.keys.map((key) => key.id), requestsPerMinute: profile.requestsPerMinute },
        ...{ authentication: profile.authentication, clientCertificates: names.map((name) => `sha256:${name}`) },
      },
    });
    return profile;
  });
  ports.platforms.refresh();
  return set;
}
