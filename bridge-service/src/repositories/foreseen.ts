import { CompiledQuery, type Selectable } from 'kysely';
import type { Challenge } from '../services/ports/records.ts';
import type { RegisteredCertificate } from '../services/ports/registry-records.ts';
import type { Foreseen, Readings } from '../services/ports/store.ts';
import type { UsedOnceRepository } from '../services/ports/used-once-store.ts';
import type { WatchEntry } from '../services/ports/watch-store.ts';
import { certificateColumns, toCertificate } from './certificates.ts';
import { challengeColumns, toChallenge } from './challenges.ts';
import { postgresArray } from './engine/postgres-array.ts';
import type { Tables } from './engine/schema.ts';
import type { LateWrite } from './late-writes.ts';
import type { UsedOnceTable } from './used-once.ts';
import { toWatchEntry, watchColumns } from './watch-list.ts';

/** What was found at the beginning of a group, by what it is asked for. */
export interface Seen {
  /** Those that are not consumed, by digest. */
  readonly challenges: ReadonlyMap<string, Challenge>;
  /** Those that nobody has proven, by digest. */
  readonly certificates: ReadonlyMap<string, RegisteredCertificate>;
  /** Active entries of the watch-list. */
  readonly watched: readonly WatchEntry[];
  /** Those that were used. */
  readonly nonces: ReadonlySet<string>;
  readonly tickets: ReadonlySet<string>;
}

type Kind = keyof Foreseen;

/** What each kind is read by. None is prepared: what was planned while a table was small would be followed when it is large. */
const questions: Readonly<Record<Kind, string>> = {
  challenges: `select ${challengeColumns} from challenges where challenge_digest = any($1::text[]) and consumed_at is null`,
  certificates: `select ${certificateColumns} from certificates where digest = any($1::text[]) and proven_at is null`,
  watched: `select ${watchColumns} from watch_entries where value_digest = any($1::text[]) and state = 'active' order by id`,
  nonces: 'select nonce_digest from request_nonces where nonce_digest = any($1::text[])',
  tickets: 'select nonce_digest from used_tickets where nonce_digest = any($1::text[])',
};

/** One question for each kind of what the jobs of a group foresaw. */
export function questionsOf(foreseen: readonly Foreseen[]): ReadonlyMap<Kind, CompiledQuery> {
  const asked = new Map<Kind, CompiledQuery>();
  for (const kind of Object.keys(questions) as readonly Kind[]) {
    const keys = foreseen.flatMap((one) => one[kind] ?? []);
    if (keys.length > 0) asked.set(kind, CompiledQuery.raw(questions[kind], [postgresArray('text', keys)]));
  }
  return asked;
}

/** @param answers  rows of the questions that were asked */
export function readSeen(answers: ReadonlyMap<Kind, readonly unknown[]>): Seen {
  const rows = <Table extends keyof Tables>(kind: Kind): readonly Selectable<Tables[Table]>[] =>
    (answers.get(kind) ?? []) as readonly Selectable<Tables[Table]>[];
  return {
    challenges: new Map(rows<'challenges'>('challenges').map((row) => [row.challenge_digest, toChallenge(row)])),
    certificates: new Map(rows<'certificates'>('certificates').map((row) => [row.digest, toCertificate(row)])),
    watched: rows<'watch_entries'>('watched').map(toWatchEntry),
    nonces: new Set(rows<'request_nonces'>('nonces').map((row) => row.nonce_digest)),
    tickets: new Set(rows<'used_tickets'>('tickets').map((row) => row.nonce_digest)),
  };
}

/**
 * As the repositories of any transaction, but for what its work has foreseen: that is answered from what was seen and what others of the group
 * are about to write, and written later.
 */
export function foreseenReadings(
  readings: Readings,
  {
    foreseen,
    seen,
    earlier,
    late,
  }: {
    readonly foreseen: Foreseen;
    readonly seen: Seen;
    readonly earlier: readonly LateWrite[];
    late(write: LateWrite): void;
  },
): Readings {
  // What nobody read is not to be taken for absent.
  const mustBeForeseen = (kind: Kind, digest: string): void => {
    if (!foreseen[kind]?.includes(digest)) throw new Error(`asked for one of ${kind} that was not foreseen`);
  };
  const isTaken = (kind: 'consumption' | 'proof' | UsedOnceTable, digest: string): boolean =>
    earlier.some((write) => write.kind === kind && write.digest === digest);
  const usedOnce = (kind: 'nonces' | 'tickets', table: UsedOnceTable): UsedOnceRepository => ({
    ...readings[kind],
    async use(digest, expiresAt) {
      mustBeForeseen(kind, digest);
      if (seen[kind].has(digest) || isTaken(table, digest)) return false;
      late({ kind: table, digest, expiresAt });
      return true;
    },
  });
  const proven = new Map<string, RegisteredCertificate>();
  return {
    ...readings,
    challenges: {
      ...readings.challenges,
      async add(challenge) {
        late({ kind: 'challenge', challenge });
      },
      async consume(digest, callerId, now) {
        mustBeForeseen('challenges', digest);
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
        mustBeForeseen('certificates', digest);
        const certificate = seen.certificates.get(digest);
        if (certificate === undefined || isTaken('proof', digest)) return false;
        late({ kind: 'proof', digest, proof, at });
        proven.set(digest, { ...certificate, provenAt: at, proof, updatedAt: at, version: certificate.version + 1 });
        return true;
      },
      byDigest: async (digest) => proven.get(digest) ?? readings.certificates.byDigest(digest),
    },
    history: {
      ...readings.history,
      async add(entry) {
        late({ kind: 'history', entry });
      },
    },
    nonces: usedOnce('nonces', 'request_nonces'),
    tickets: usedOnce('tickets', 'used_tickets'),
    watchList: {
      ...readings.watchList,
      async hits(digests, now) {
        for (const digest of digests) mustBeForeseen('watched', digest);
        return seen.watched.filter(({ valueDigest, expiresAt }) => digests.includes(valueDigest) && expiresAt > now);
      },
    },
  };
}
