import { CompiledQuery, type Selectable } from 'kysely';
import type { Challenge } from '../services/ports/records.ts';
import type { RegisteredCertificate } from '../services/ports/registry-records.ts';
import type { Foreseen, Readings } from '../services/ports/store.ts';
import type { WatchEntry } from '../services/ports/watch-store.ts';
import { certificateColumns, toCertificate } from './certificates.ts';
import { challengeColumns, toChallenge } from './challenges.ts';
import { postgresArray } from './engine/postgres-array.ts';
import type { Tables } from './engine/schema.ts';
import type { LateWrite } from './late-writes.ts';
import { toWatchEntry, watchColumns } from './watch-list.ts';

/** What was found at the beginning of a group, by what it is asked for. */
export interface Seen {
  /** Those that are not consumed, by digest. */
  readonly challenges: ReadonlyMap<string, Challenge>;
  /** Those that nobody has proven, by digest. */
  readonly certificates: ReadonlyMap<string, RegisteredCertificate>;
  /** Active entries of the watch-list. */
  readonly watched: readonly WatchEntry[];
}

/**
 * One question for each kind, of everything that the jobs of a group foresaw. They are not prepared: what was planned when the tables were small would
 * be followed when they are large.
 */
export function questionsOf(foreseen: readonly Foreseen[]): readonly CompiledQuery[] {
  const ask = (table: string, columns: readonly string[], where: string, keys: readonly string[]): CompiledQuery =>
    CompiledQuery.raw(`select ${columns.join(', ')} from ${table} where ${where}`, [postgresArray('text', keys)]);
  return [
    ask(
      'challenges',
      challengeColumns,
      'challenge_digest = any($1::text[]) and consumed_at is null',
      foreseen.flatMap(({ challenges = [] }) => challenges),
    ),
    ask(
      'certificates',
      certificateColumns,
      'digest = any($1::text[]) and proven_at is null',
      foreseen.flatMap(({ certificates = [] }) => certificates),
    ),
    ask(
      'watch_entries',
      watchColumns,
      `value_digest = any($1::text[]) and state = 'active' order by id`,
      foreseen.flatMap(({ watched = [] }) => watched),
    ),
  ];
}

type Rows<Table extends keyof Tables> = readonly Selectable<Tables[Table]>[];

export function readSeen([challenges = [], certificates = [], watched = []]: readonly (readonly unknown[])[]): Seen {
  return {
    challenges: new Map((challenges as Rows<'challenges'>).map((row) => [row.challenge_digest, toChallenge(row)])),
    certificates: new Map((certificates as Rows<'certificates'>).map((row) => [row.digest, toCertificate(row)])),
    watched: (watched as Rows<'watch_entries'>).map(toWatchEntry),
  };
}

/**
 * As the repositories of any transaction, but for what its work has foreseen: that is answered from what was seen and what others of the group
 * are about to write, and written later.
 */
export function foreseenReadings(
  readings: Readings,
  {
    seen,
    earlier,
    late,
  }: { readonly seen: Seen; readonly earlier: readonly LateWrite[]; late(write: LateWrite): void },
): Readings {
  const isTaken = (kind: 'consumption' | 'proof', digest: string): boolean =>
    earlier.some((write) => write.kind === kind && write.digest === digest);
  const proven = new Map<string, RegisteredCertificate>();
  return {
    ...readings,
    challenges: {
      ...readings.challenges,
      async add(challenge) {
        late({ kind: 'challenge', challenge });
      },
      async consume(digest, callerId, now) {
        const challenge = seen.challenges.get(digest);
        if (challenge === undefined || challenge.callerId !== callerId || challenge.expiresAt <= now) return null;
        if (isTaken('consumption', digest)) return null;
        late({ kind: 'consumption', digest, at: now });
        return challenge;
      },
    },
    logins: {
      ...readings.logins,
      async add(login) {
        late({ kind: 'login', login });
      },
    },
    certificates: {
      ...readings.certificates,
      async prove(digest, proof, at) {
        const certificate = seen.certificates.get(digest);
        if (certificate === undefined || isTaken('proof', digest)) return false;
        late({ kind: 'proof', digest, proof, at });
        proven.set(digest, { ...certificate, provenAt: at, proof, updatedAt: at, version: certificate.version + 1 });
        return true;
      },
      byDigest: async (digest) => proven.get(digest) ?? readings.certificates.byDigest(digest),
    },
    watchList: {
      ...readings.watchList,
      hits: async (digests, now) =>
        seen.watched.filter(({ valueDigest, expiresAt }) => digests.includes(valueDigest) && expiresAt > now),
    },
  };
}
