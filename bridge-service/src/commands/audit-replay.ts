import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { readConfig } from '../config.ts';
import { createAuditReadings } from '../repositories/audit.ts';
import type { ServiceDatabase } from '../repositories/engine/schema.ts';
import { createEvidenceRepository } from '../repositories/evidence.ts';
import type { AuditEntryWithDetails, AuditReadings } from '../services/ports/store.ts';
import { judgementActions, type ReplayPorts, replayJudgement } from '../services/replay-judgement.ts';
import { existingDatabase, withDatabase } from './existing-database.ts';

export interface ReplayReport {
  readonly same: number;
  readonly different: readonly { readonly sequence: number; readonly recorded: string; readonly replayed: string }[];
  readonly impossible: readonly { readonly sequence: number; readonly lacks: string }[];
  /** What was kept is not what was judged. */
  readonly altered: readonly { readonly sequence: number; readonly what: string }[];
}

const pageSize = 200;

/**
 * Judges the recorded judgements of a database again, all of them or one, from what it has kept. The database is only read.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE
 */
export async function replayAuditOf(
  environment: Readonly<Record<string, string | undefined>>,
  options: { readonly database: string | undefined; readonly sequence: string | undefined },
): Promise<ReplayReport> {
  const only = options.sequence === undefined ? null : parseSequence(options.sequence);
  const location = existingDatabase(readConfig(environment), options.database);
  return withDatabase(location, async (database) => {
    const ports = replayPorts(database);
    const report = {
      same: 0,
      different: [] as ReplayReport['different'][number][],
      impossible: [] as ReplayReport['impossible'][number][],
      altered: [] as ReplayReport['altered'][number][],
    };
    for await (const entry of judgements(ports.store.audit, only)) {
      const replay = await replayJudgement(ports, entry);
      const { sequence } = entry;
      if (replay.outcome === 'same') report.same += 1;
      else if (replay.outcome === 'impossible') report.impossible.push({ sequence, lacks: replay.lacks });
      else if (replay.outcome === 'altered') report.altered.push({ sequence, what: replay.what });
      else
        report.different.push({
          sequence,
          recorded: `${entry.outcome} ${entry.reason}`.trim(),
          replayed: `${replay.indication} ${replay.reason}`.trim(),
        });
    }
    return report;
  });
}

function replayPorts(database: ServiceDatabase): ReplayPorts {
  return {
    store: { audit: createAuditReadings(database), evidence: createEvidenceRepository(database) },
    ops: createNodeCrypto(),
  };
}

async function* judgements(audit: AuditReadings, only: number | null): AsyncGenerator<AuditEntryWithDetails> {
  if (only !== null) {
    const entry = await audit.bySequence(only);
    if (entry === null) throw new CodedError('ERR_CLI_USAGE', { detail: `--sequence ${only}` });
    yield entry;
    return;
  }
  let after = 0;
  for (let more = true; more; ) {
    const page = await audit.list({ after, limit: pageSize }, {});
    for (const entry of page) if (judgementActions.some((action) => action === entry.action)) yield entry;
    after = page.at(-1)?.sequence ?? after;
    more = page.length === pageSize;
  }
}

function parseSequence(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new CodedError('ERR_CLI_USAGE', { detail: '--sequence N' });
  return Number(text);
}
