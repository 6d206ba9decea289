import { existsSync } from 'node:fs';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { readConfig, type ServiceConfig, secretsFolderOf } from '../config.ts';
import { createAuditReadings } from '../repositories/audit.ts';
import type { ServiceDatabase } from '../repositories/engine/schema.ts';
import { createEvidenceRepository } from '../repositories/evidence.ts';
import { createEvidenceSeal, evidenceKeysFile, UnknownSeal } from '../services/evidence-seal.ts';
import type { EvidenceSeal } from '../services/ports/evidence-seal.ts';
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
  const config = readConfig(environment);
  const location = existingDatabase(config, options.database);
  const seal = sealOf(config);
  return withDatabase(location, async (database) => {
    const ports = replayPorts(database, seal);
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

/** Its keys are those of the service; a command makes none. */
function sealOf(config: ServiceConfig): EvidenceSeal {
  const folder = secretsFolderOf(config);
  return existsSync(path.join(folder, evidenceKeysFile)) ? createEvidenceSeal(folder, createNodeCrypto()) : noKeys;
}

/** Where there are none, what was kept in clear can be judged all the same. */
const noKeys: EvidenceSeal = {
  keyId: '',
  keys: 0,
  knows: () => false,
  seal: () => {
    throw new Error('a command keeps nothing');
  },
  open: ({ bytes, sealedBy }) => {
    if (sealedBy !== '') throw new UnknownSeal(sealedBy);
    return bytes;
  },
};

function replayPorts(database: ServiceDatabase, seal: EvidenceSeal): ReplayPorts {
  return {
    store: { audit: createAuditReadings(database), evidence: createEvidenceRepository(database) },
    ops: createNodeCrypto(),
    seal,
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
