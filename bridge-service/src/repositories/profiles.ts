import {
  type CaProfile,
  emptyCaProfile,
  emptyPlatformProfile,
  type PlatformProfile,
} from '../services/ports/registry-records.ts';
import type { ProfileRepository } from '../services/ports/registry-store.ts';
import { readAllowed } from '../services/registry/ca-deviations.ts';
import { nextVersion, versionOf } from './engine/registry-version.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createProfileRepository(database: ServiceDatabase): ProfileRepository {
  return {
    async ca(caId) {
      const row = await database
        .selectFrom('ca_profiles')
        .select('profile')
        .where('ca_id', '=', caId)
        .executeTakeFirst();
      return row === undefined ? emptyCaProfile : readCa(row.profile);
    },
    async cas() {
      const rows = await database.selectFrom('ca_profiles').select(['ca_id', 'profile']).execute();
      return rows.map(({ ca_id, profile }) => [ca_id, readCa(profile)] as const);
    },
    async setCa(caId, profile, at) {
      const values = { profile: JSON.stringify(profile), updated_at: at };
      await database
        .insertInto('ca_profiles')
        .values({ ca_id: caId, ...values })
        .onConflict((conflict) => conflict.column('ca_id').doUpdateSet(values))
        .execute();
      await nextVersion(database, 'cas');
    },
    async platform(callerId) {
      const row = await database
        .selectFrom('platform_profiles')
        .select('profile')
        .where('caller_id', '=', callerId)
        .executeTakeFirst();
      if (row === undefined) return emptyPlatformProfile;
      return readPlatform(row.profile);
    },
    async platforms() {
      const rows = await database.selectFrom('platform_profiles').select(['caller_id', 'profile']).execute();
      return rows.map(({ caller_id, profile }) => [caller_id, readPlatform(profile)] as const);
    },
    version: () => versionOf(database, 'platforms'),
    async platformsWithKeys() {
      const rows = await database.selectFrom('platform_profiles').select(['caller_id', 'profile']).execute();
      return rows.flatMap(({ caller_id, profile }) => {
        const read = { ...emptyPlatformProfile, ...(JSON.parse(profile) as PlatformProfile) };
        return read.keys.length === 0 ? [] : [[caller_id, read] as const];
      });
    },
    async setPlatform(callerId, profile, at) {
      const values = { profile: JSON.stringify(profile), updated_at: at };
      await database
        .insertInto('platform_profiles')
        .values({ caller_id: callerId, ...values })
        .onConflict((conflict) => conflict.column('caller_id').doUpdateSet(values))
        .execute();
      await nextVersion(database, 'platforms');
    },
  };
}

function readCa(text: string): CaProfile {
  const written = { ...emptyCaProfile, ...(JSON.parse(text) as Partial<CaProfile>) };
  return { ...written, deviations: readAllowed(written.deviations) };
}

/** One that was written before a field was known has what is usual there. */
const readPlatform = (text: string): PlatformProfile => ({
  ...emptyPlatformProfile,
  ...(JSON.parse(text) as Partial<PlatformProfile>),
});
