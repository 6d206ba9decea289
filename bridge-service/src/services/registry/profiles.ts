import { fromBase64 } from '@onelock/core/bytes';
import { parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { readSourceUrl } from '../../outbound/index.ts';
import { refuseDirectChange } from '../change-sets/freeze.ts';
import { certificateName } from '../platform-access.ts';
import type { Act, Ports } from '../ports/ports.ts';
import {
  type CaProfile,
  emptyCaProfile,
  emptyPlatformProfile,
  type PlatformProfile,
} from '../ports/registry-records.ts';
import type { Repositories } from '../ports/store.ts';
import { readCertificate, readingField } from '../read-certificates.ts';
import { platformEvents } from '../webhooks/platform-events.ts';
import { alignWebhooks } from '../webhooks/platform-webhooks.ts';
import { requireKnownDeviations } from './ca-deviations.ts';
import { type Author, authorOf, recordChange } from './record-change.ts';

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findCaProfile({ store }: Ports, caId: string): Promise<CaProfile> {
  if ((await store.cas.byId(caId)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return store.profiles.ca(caId);
}

/**
 * Sets contacts, service level, identity mapping and deviations of a CA, all at once.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_REQUEST_INVALID; ERR_CHANGE_SET_REQUIRED, ERR_CHANGE_FROZEN
 */
export async function setCaProfile(
  ports: Ports,
  act: Act,
  caId: string,
  given: Partial<CaProfile>,
): Promise<CaProfile> {
  const profile = readCaProfile(given);
  return act.transaction(async (repositories) => {
    await refuseDirectChange(repositories, ports);
    return putCaProfile(repositories, ports, authorOf(act), caId, profile);
  });
}

/** What is not given is the default. @throws {CodedError} ERR_REQUEST_INVALID for a deviation that is none */
export function readCaProfile(given: Partial<CaProfile>): CaProfile {
  const profile: CaProfile = { ...emptyCaProfile, ...given };
  requireKnownDeviations(profile.deviations);
  return profile;
}

/** The same inside a transaction that is running. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function putCaProfile(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  caId: string,
  profile: CaProfile,
): Promise<CaProfile> {
  if ((await repositories.cas.byId(caId)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  await repositories.profiles.setCa(caId, profile, ports.clock().toISOString());
  await recordChange(repositories, ports, author, {
    ...{ registry: 'cas', recordId: caId, action: 'ca.set-profile', record: { profile } },
    details: {
      ...{ deviations: profile.deviations, deviationRule: profile.deviationRule },
      identityPlaces: profile.identityPlaces.length,
    },
  });
  return profile;
}

/** A platform's own, or anybody's for an operator. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findPlatformProfile({ store }: Ports, id: string): Promise<PlatformProfile> {
  const caller = await store.callers.byId(id);
  if (caller?.role !== 'platform') throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return store.profiles.platform(id);
}

/**
 * Sets keys, quota, webhooks and contacts of a platform, all at once; what is not given is the default.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND; those of {@link readPlatformProfile}; ERR_REQUEST_CONFLICT for a TLS certificate of another platform;
 *   ERR_CHANGE_SET_REQUIRED, ERR_CHANGE_FROZEN
 */
export async function setPlatformProfile(
  ports: Ports,
  act: Act,
  id: string,
  given: Partial<PlatformProfile>,
): Promise<PlatformProfile> {
  const profile = readPlatformProfile(given);
  const set = await act.transaction(async (repositories) => {
    await refuseDirectChange(repositories, ports);
    return putPlatformProfile(repositories, ports, authorOf(act), id, profile);
  });
  ports.platforms.refresh();
  return set;
}

/**
 * @throws {CodedError} ERR_REQUEST_INVALID for an address that no webhook may have, two keys of one name, a key or certificate that is none, or a way to show
 *   who one is that the profile has nothing for
 */
export function readPlatformProfile(given: Partial<PlatformProfile>): PlatformProfile {
  const profile: PlatformProfile = { ...emptyPlatformProfile, ...given };
  const { keys, clientCertificates, authentication } = profile;
  for (const [index, { publicKey }] of keys.entries())
    readingField(`/keys/${index}/publicKey`, () => parsePublicKey(fromBase64(publicKey)));
  if (new Set(keys.map((key) => key.id)).size < keys.length)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/keys', rule: 'each id once' });
  if (profile.requestTickets === 'required' && keys.length === 0)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/requestTickets', rule: 'needs a key in /keys' });
  if (authentication === 'signature' && keys.length === 0)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/keys', rule: 'a key to sign by' });
  if (authentication === 'mtls' && clientCertificates.length === 0)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/clientCertificates', rule: 'a certificate to come with' });
  namesOf(profile);
  for (const [index, { url, events }] of profile.webhooks.entries()) {
    readingField(`/webhooks/${index}/url`, () => readSourceUrl(url, 'registry'));
    if (!events.every((event) => platformEvents.some((known) => known === event)))
      throw new CodedError('ERR_REQUEST_INVALID', {
        field: `/webhooks/${index}/events`,
        rule: platformEvents.join(' | '),
      });
  }
  if (new Set(profile.webhooks.map(({ url }) => url)).size < profile.webhooks.length)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/webhooks', rule: 'each url once' });
  return profile;
}

const namesOf = ({ clientCertificates }: PlatformProfile): readonly string[] =>
  clientCertificates.map(({ certificate }, index) =>
    certificateName(readCertificate(certificate, `/clientCertificates/${index}/certificate`).der),
  );

/** The same inside a transaction that is running, of a profile that was read. */
export async function putPlatformProfile(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes' | 'personal'>,
  author: Author,
  id: string,
  profile: PlatformProfile,
): Promise<PlatformProfile> {
  const caller = await repositories.callers.byId(id);
  if (caller?.role !== 'platform') throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const names = namesOf(profile);
  if (names.length > 0) {
    const others = (await repositories.profiles.platforms()).filter(([callerId]) => callerId !== id);
    const known = new Set(others.flatMap(([, other]) => namesOf(other)));
    const taken = names.findIndex((name) => known.has(name));
    if (taken >= 0) throw new CodedError('ERR_REQUEST_CONFLICT', { field: `/clientCertificates/${taken}` });
  }
  await repositories.profiles.setPlatform(id, profile, ports.clock().toISOString());
  await alignWebhooks(repositories, ports, id, profile.webhooks);
  const { keys, requestsPerMinute, authentication } = profile;
  await recordChange(repositories, ports, author, {
    ...{ registry: 'platforms', recordId: id, action: 'platform.set-profile', record: { profile } },
    details: {
      ...{ keys: keys.map((key) => key.id), requestsPerMinute, authentication },
      clientCertificates: names.map((name) => `sha256:${name}`),
    },
  });
  return profile;
}
